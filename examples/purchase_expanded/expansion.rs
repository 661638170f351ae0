struct Purchase;
#[automatically_derived]
impl ::failclosed::__private_0_1_0::Arguments for Purchase {
    fn argument(
        &self,
        index: ::core::primitive::usize,
    ) -> ::core::option::Option<::failclosed::__private_0_1_0::NamedArgument<'_>> {
        match index {
            _ => ::core::option::Option::None,
        }
    }
}
#[automatically_derived]
impl ::failclosed::__private_0_1_0::Action for Purchase {
    const NAME: &'static ::core::primitive::str = "purchase";
    type Key = Self;
}
struct Shop {
    guard: Guard,
    stripe: Locked<Stripe, Purchase>,
}
#[automatically_derived]
impl ::failclosed::__private_0_1_0::HasGuard for Shop {
    fn guard(&self) -> &::failclosed::__private_0_1_0::Guard {
        ::failclosed::__private_0_1_0::HasGuard::guard(&self.guard)
    }
}
impl Shop {
    async fn buy(&self, vendor: &str, cents: i64) -> Result<String, Denial> {
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
                        ::failclosed::__private_0_1_0::Question::resource(
                            __failclosed_question,
                            &(&"Vendor", &vendor),
                        );
                        ::failclosed::__private_0_1_0::Passed(&vendor)
                            .failclosed_kind()
                            .show(__failclosed_question, "vendor", &vendor);
                        ::failclosed::__private_0_1_0::Passed(&cents)
                            .failclosed_kind()
                            .show(__failclosed_question, "cents", &cents);
                    },
                ),
            )
            .await
        {
            ::core::result::Result::Ok(__failclosed_call) => __failclosed_call,
            ::core::result::Result::Err(__failclosed_denial) => {
                return <Result<
                    String,
                    Denial,
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
                    Result<String, Denial>,
                >();
            }
            let permit = permit;
            let vendor = vendor;
            let cents = cents;
            Ok(self.stripe.open(&permit).charge(vendor, cents).await)
        }
            .await;
        ::failclosed::__private_0_1_0::Call::conclude(
            &__failclosed_call,
            <Result<
                String,
                Denial,
            > as ::failclosed::__private_0_1_0::FromDenial>::failed(&__failclosed_result),
        );
        __failclosed_result
    }
}
