impl Shop {
    pub async fn charge(vendor: &str, amount: u64) -> Result<Receipt, ChargeError> {
        let __failclosed_guard = ::failclosed::__private_0_1_0::current();
        let __failclosed_call = match ::failclosed::__private_0_1_0::enter(
                &::failclosed::__private_0_1_0::Asking::new(
                    &__failclosed_guard,
                    ::failclosed::__private_0_1_0::Entry::named("purchase"),
                    &|
                        __failclosed_question: &mut ::failclosed::__private_0_1_0::Question<
                            '_,
                        >|
                    {
                        #[allow(unused_imports)]
                        use ::failclosed::__private_0_1_0::AnyPassed as _;
                        ::failclosed::__private_0_1_0::Question::resource(
                            __failclosed_question,
                            &vendor,
                        );
                        ::failclosed::__private_0_1_0::Passed(&vendor)
                            .failclosed_kind()
                            .show(__failclosed_question, "vendor", &vendor);
                        ::failclosed::__private_0_1_0::Passed(&amount)
                            .failclosed_kind()
                            .show(__failclosed_question, "amount", &amount);
                    },
                ),
            )
            .await
        {
            ::core::result::Result::Ok(__failclosed_call) => __failclosed_call,
            ::core::result::Result::Err(__failclosed_denial) => {
                return <Result<
                    Receipt,
                    ChargeError,
                > as ::failclosed::__private_0_1_0::FromDenial>::from_denial(
                    __failclosed_denial,
                );
            }
        };
        let __failclosed_result = async move {
            if false {
                return ::failclosed::__private_0_1_0::returns::<
                    Result<Receipt, ChargeError>,
                >();
            }
            let vendor = vendor;
            let mut amount = amount;
            amount += fee(vendor)?;
            Ok(Receipt { amount })
        }
            .await;
        ::failclosed::__private_0_1_0::Call::conclude(
            &__failclosed_call,
            <Result<
                Receipt,
                ChargeError,
            > as ::failclosed::__private_0_1_0::FromDenial>::failed(&__failclosed_result),
        );
        __failclosed_result
    }
}
