impl Shop {
    async fn read(path: &Path) -> Result<impl Stream<Item = u8>, Denial> {
        let __failclosed_guard = ::failclosed::__private_0_1_0::current();
        let __failclosed_call = match ::failclosed::__private_0_1_0::enter(
                &::failclosed::__private_0_1_0::Asking::new(
                    &__failclosed_guard,
                    ::failclosed::__private_0_1_0::Entry::named("read"),
                    &|
                        __failclosed_question: &mut ::failclosed::__private_0_1_0::Question<
                            '_,
                        >|
                    {
                        #[allow(unused_imports)]
                        use ::failclosed::__private_0_1_0::AnyPassed as _;
                        ::failclosed::__private_0_1_0::Passed(&path)
                            .failclosed_kind()
                            .show(__failclosed_question, "path", &path);
                    },
                ),
            )
            .await
        {
            ::core::result::Result::Ok(__failclosed_call) => __failclosed_call,
            ::core::result::Result::Err(__failclosed_denial) => {
                return ::failclosed::__private_0_1_0::denied(__failclosed_denial);
            }
        };
        let __failclosed_result = async move {
            if false {
                return ::failclosed::__private_0_1_0::returns::<Result<_, Denial>>();
            }
            let path = path;
            open(path)
        }
            .await;
        ::failclosed::__private_0_1_0::Call::conclude(
            &__failclosed_call,
            ::failclosed::__private_0_1_0::failed(&__failclosed_result),
        );
        __failclosed_result
    }
}
