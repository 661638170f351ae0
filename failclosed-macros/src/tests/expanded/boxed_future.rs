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
                        &|
                            __failclosed_question: &mut ::renamed::__private_0_1_0::Question<
                                '_,
                            >|
                        {
                            #[allow(unused_imports)]
                            use ::renamed::__private_0_1_0::AnyPassed as _;
                            ::renamed::__private_0_1_0::Passed(&amount)
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
            ::renamed::__private_0_1_0::Call::conclude(
                &__failclosed_call,
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
