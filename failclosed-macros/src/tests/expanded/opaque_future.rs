impl Shop {
    fn charge(&self, amount: u64) -> impl Future<Output = Result<u64, E>> {
        async move {
            let __failclosed_guard = ::failclosed::__private_0_1_0::guard_of(
                &self.shop.guard,
            );
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
                        u64,
                        E,
                    > as ::failclosed::__private_0_1_0::FromDenial>::from_denial(
                        __failclosed_denial,
                    );
                }
            };
            let __failclosed_result = (move || {
                let amount = amount;
                async move { Ok(amount) }
            })()
                .await;
            ::failclosed::__private_0_1_0::Call::conclude(
                &__failclosed_call,
                <Result<
                    u64,
                    E,
                > as ::failclosed::__private_0_1_0::FromDenial>::failed(
                    &__failclosed_result,
                ),
            );
            __failclosed_result
        }
    }
}
