async fn call(request: &Request, context: Context) -> R {
    #[warn(deprecated)]
    const _: () = {
        #[deprecated(
            note = "nobody is asked before `_` (moved over one by one)\nhelp: write `#[requires_permission(action = \"..\")]` or `#[unguarded(reason = \"..\")]` above each, then remove `default`"
        )]
        const NOT_GUARDED_YET: () = ();
        NOT_GUARDED_YET
    };
    match request.order() {
        Order::Charge { card, .. } if request.amount > 0 => {
            let __failclosed_guard = ::failclosed::__private_0_1_0::current();
            let __failclosed_call = match ::failclosed::__private_0_1_0::enter(
                    &::failclosed::__private_0_1_0::Asking::new(
                        &__failclosed_guard,
                        ::failclosed::__private_0_1_0::Entry::named("charge"),
                        &|
                            __failclosed_question: &mut ::failclosed::__private_0_1_0::Question<
                                '_,
                            >|
                        {
                            ::failclosed::__private_0_1_0::Question::masked(
                                __failclosed_question,
                                "card",
                                &card as &dyn ::failclosed::__private_0_1_0::Argument,
                            );
                        },
                    ),
                )
                .await
            {
                ::core::result::Result::Ok(__failclosed_call) => __failclosed_call,
                ::core::result::Result::Err(__failclosed_denial) => {
                    return <R as ::failclosed::__private_0_1_0::FromDenial>::from_denial(
                        __failclosed_denial,
                    );
                }
            };
            let __failclosed_result = async {
                if false {
                    return ::failclosed::__private_0_1_0::returns::<R>();
                }
                BODY
            }
                .await;
            ::failclosed::__private_0_1_0::Call::conclude(
                &__failclosed_call,
                <R as ::failclosed::__private_0_1_0::FromDenial>::failed(
                    &__failclosed_result,
                ),
            );
            __failclosed_result
        }
        Order::Ping => pong(),
        _ => BODY,
    }
}
