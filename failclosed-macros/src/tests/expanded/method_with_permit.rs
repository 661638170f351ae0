impl Shop {
    async fn charge(&self, vendor: &str, card: Card) -> Result<Receipt, ChargeError> {
        let __failclosed_guard = ::failclosed::__private_0_1_0::guard_of(&self);
        let __failclosed_action = Purchase;
        let __failclosed_call = match ::failclosed::__private_0_1_0::enter(
                &::failclosed::__private_0_1_0::Asking::new(
                    &__failclosed_guard,
                    ::failclosed::__private_0_1_0::Entry::of(&__failclosed_action),
                    &|
                        __failclosed_question: &mut ::failclosed::__private_0_1_0::Question<
                            '_,
                        >|
                    {
                        #[allow(unused_imports)]
                        use ::failclosed::__private_0_1_0::AnyPassed as _;
                        ::failclosed::__private_0_1_0::Passed(&vendor)
                            .failclosed_kind()
                            .show(__failclosed_question, "vendor", &vendor);
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
        let permit: Permit<'_, Purchase> = ::failclosed::__private_0_1_0::lend::<
            Permit<'_, Purchase>,
            _,
            _,
        >(&__failclosed_call);
        let __failclosed_result = async move {
            if false {
                return ::failclosed::__private_0_1_0::returns::<
                    Result<Receipt, ChargeError>,
                >();
            }
            let permit = permit;
            let vendor = vendor;
            let card = card;
            self.stripe.open(&permit).charge(vendor, card).await
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
