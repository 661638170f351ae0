impl Shop {
    async fn pay(path: String, cart: Cart) -> Result<u64, Denial> {
        let __failclosed_guard = ::failclosed::__private_0_1_0::current();
        let path = match (async { ::core::result::Result::Ok(resolve(&path).await?) })
            .await
        {
            ::core::result::Result::Ok(__failclosed_prepared) => __failclosed_prepared,
            ::core::result::Result::Err(__failclosed_why) => {
                return ::core::result::Result::Err(__failclosed_why);
            }
        };
        let __failclosed_again_1 = |
            __failclosed_question: &mut ::failclosed::__private_0_1_0::Question<'_>|
        {
            ::failclosed::__private_0_1_0::Question::computed(
                __failclosed_question,
                &cart.total() as &dyn ::failclosed::__private_0_1_0::Argument,
            );
        };
        let total: u64 = cart.total();
        let __failclosed_call = match ::failclosed::__private_0_1_0::enter(
                &::failclosed::__private_0_1_0::Asking::new(
                    &__failclosed_guard,
                    ::failclosed::__private_0_1_0::Entry::named("pay"),
                    &|
                        __failclosed_question: &mut ::failclosed::__private_0_1_0::Question<
                            '_,
                        >|
                    {
                        ::failclosed::__private_0_1_0::Question::argument(
                            __failclosed_question,
                            "path",
                            &path as &dyn ::failclosed::__private_0_1_0::Argument,
                        );
                        ::failclosed::__private_0_1_0::Question::argument(
                            __failclosed_question,
                            "total",
                            &total as &dyn ::failclosed::__private_0_1_0::Argument,
                        );
                        __failclosed_again_1(__failclosed_question);
                    },
                ),
            )
            .await
        {
            ::core::result::Result::Ok(__failclosed_call) => __failclosed_call,
            ::core::result::Result::Err(__failclosed_denial) => {
                return <Result<
                    u64,
                    Denial,
                > as ::failclosed::__private_0_1_0::FromDenial>::from_denial(
                    __failclosed_denial,
                );
            }
        };
        let __failclosed_result = async move {
            if false {
                return ::failclosed::__private_0_1_0::returns::<Result<u64, Denial>>();
            }
            let path = path;
            let mut total = total;
            total += 1;
            Ok(total)
        }
            .await;
        ::failclosed::__private_0_1_0::Call::conclude(
            &__failclosed_call,
            <Result<
                u64,
                Denial,
            > as ::failclosed::__private_0_1_0::FromDenial>::failed(&__failclosed_result),
        );
        __failclosed_result
    }
}
