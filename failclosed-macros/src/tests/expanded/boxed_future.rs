impl Shop {
    fn charge<'a>(
        &'a self,
        amount: u64,
    ) -> Pin<Box<dyn Future<Output = Result<u64, E>> + Send + 'a>> {
        ::std::boxed::Box::pin(async move {
            let __failclosed_guard = ::renamed::__private_0_1_0::guard_of(&self);
            let __failclosed_call = match ::renamed::__private_0_1_0::enter(
                    &::renamed::__private_0_1_0::Asking::new(
                        &__failclosed_guard,
                        ::renamed::__private_0_1_0::Entry::named("purchase"),
                        ::core::option::Option::None,
                        &[
                            (
                                "amount",
                                &amount as &dyn ::renamed::__private_0_1_0::Argument,
                            ),
                        ],
                    ),
                )
                .await
            {
                ::core::result::Result::Ok(__failclosed_call) => __failclosed_call,
                ::core::result::Result::Err(__failclosed_denial) => {
                    return <Result<
                        u64,
                        E,
                    > as ::renamed::__private_0_1_0::FromDenial>::from_denial(
                        __failclosed_denial,
                    );
                }
            };
            let __failclosed_result = (move || -> Pin<
                Box<dyn Future<Output = Result<u64, E>> + Send + 'a>,
            > {
                let amount = amount;
                Box::pin(async move { Ok(amount) })
            })()
                .await;
            __failclosed_call
                .conclude(
                    <Result<
                        u64,
                        E,
                    > as ::renamed::__private_0_1_0::FromDenial>::failed(
                        &__failclosed_result,
                    ),
                );
            __failclosed_result
        })
    }
}
