impl Shop {
    async fn charge(order: Order) -> Result<u64, Denial> {
        let __failclosed_guard = ::failclosed::__private_0_1_0::current();
        let __failclosed_action = Purchase {
            vendor: &order.vendor,
            amount: order.amount,
        };
        let __failclosed_call = match ::failclosed::__private_0_1_0::enter(
                &::failclosed::__private_0_1_0::Asking::new(
                    &__failclosed_guard,
                    ::failclosed::__private_0_1_0::Entry::of(&__failclosed_action),
                    &|
                        __failclosed_question: &mut ::failclosed::__private_0_1_0::Question<
                            '_,
                        >|
                    {},
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
        let permit: Permit<'_, Purchase<'_>> = ::failclosed::__private_0_1_0::lend::<
            Permit<'_, Purchase<'_>>,
            _,
            _,
        >(&__failclosed_call);
        let __failclosed_result = async move {
            if false {
                return ::failclosed::__private_0_1_0::returns::<Result<u64, Denial>>();
            }
            let permit = permit;
            Ok(permit.amount)
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
