impl Shop {
    async fn charge(
        &self,
        Parameters(order): Parameters<Order>,
    ) -> Result<CallToolResult, ErrorData> {
        let __failclosed_guard = ::failclosed::__private_0_1_0::guard_of(&self);
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
                        ::failclosed::__private_0_1_0::Passed(&order)
                            .failclosed_kind()
                            .show(__failclosed_question, "order", &order);
                    },
                ),
            )
            .await
        {
            ::core::result::Result::Ok(__failclosed_call) => __failclosed_call,
            ::core::result::Result::Err(__failclosed_denial) => {
                return tool_error(__failclosed_denial);
            }
        };
        let __failclosed_result = async move {
            if false {
                return ::failclosed::__private_0_1_0::returns::<
                    Result<CallToolResult, ErrorData>,
                >();
            }
            let order = order;
            run(order).await
        }
            .await;
        ::failclosed::__private_0_1_0::Call::conclude(
            &__failclosed_call,
            {
                use ::failclosed::__private_0_1_0::JudgeAny as _;
                ::failclosed::__private_0_1_0::Judge(&__failclosed_result).failed()
            },
        );
        __failclosed_result
    }
}
