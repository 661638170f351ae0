impl Shop {
    pub async fn charge(vendor: &str, amount: u64) -> Result<Receipt, ChargeError> {
        let __failclosed_guard = ::failclosed::__private_0_1_0::current();
        let __failclosed_call = match ::failclosed::__private_0_1_0::enter(
                &::failclosed::__private_0_1_0::Asking::new(
                    &__failclosed_guard,
                    ::failclosed::__private_0_1_0::Entry::named("purchase"),
                    ::failclosed::__private_0_1_0::resource_of(&vendor),
                    &[
                        (
                            "vendor",
                            &vendor as &dyn ::failclosed::__private_0_1_0::Argument,
                        ),
                        (
                            "amount",
                            &amount as &dyn ::failclosed::__private_0_1_0::Argument,
                        ),
                    ],
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
        __failclosed_call
            .conclude(
                <Result<
                    Receipt,
                    ChargeError,
                > as ::failclosed::__private_0_1_0::FromDenial>::failed(
                    &__failclosed_result,
                ),
            );
        __failclosed_result
    }
}
