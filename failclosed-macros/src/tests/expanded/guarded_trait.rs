/// Takes payments.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not behind a guard, so it does not implement `Payments`",
    label = "callers of a guarded trait must meet its guard first",
    note = "help: pass `guard.wrap(value)`"
)]
pub trait Payments: Debug + ::core::marker::Send + ::core::marker::Sync + ::failclosed::__private_0_1_0::OnlyGuarded<
        dyn payments::Raw,
    > + ::failclosed::__private_0_1_0::AskedFirst<dyn payments::Raw, Nothing = ()> {
    /// Charges.
    fn charge<'fc>(
        &'fc self,
        vendor: &'fc str,
        amount: u64,
    ) -> ::core::pin::Pin<
        ::std::boxed::Box<
            dyn ::core::future::Future<
                Output = Result<Receipt, E>,
            > + ::core::marker::Send + 'fc,
        >,
    >
    where
        <Self as ::failclosed::__private_0_1_0::AskedFirst<
            dyn payments::Raw,
        >>::Nothing: ::core::marker::Sized;
    fn close<'fc>(
        &'fc mut self,
        why: &'fc super::Why,
    ) -> ::core::pin::Pin<
        ::std::boxed::Box<
            dyn ::core::future::Future<Output = bool> + ::core::marker::Send + 'fc,
        >,
    >
    where
        <Self as ::failclosed::__private_0_1_0::AskedFirst<
            dyn payments::Raw,
        >>::Nothing: ::core::marker::Sized;
    fn currency(&self) -> &'static str;
}
const _: fn([&dyn Debug; 1]) -> [&dyn ::core::fmt::Debug; 1] = |same| same;
///What implementations of [`Payments`](super::Payments) implement: the trait behind the guard.
pub mod payments {
    #[allow(unused_imports)]
    use super::*;
    ///The arguments of [`Payments::charge`](super::Payments::charge).
    pub struct ChargeArgs<'fc> {
        pub(super) vendor: &'fc str,
        pub(super) amount: u64,
        pub(super) __failclosed: ::core::marker::PhantomData<(&'fc (),)>,
    }
    ///The arguments of [`Payments::close`](super::Payments::close).
    pub struct CloseArgs<'fc> {
        pub(super) why: &'fc super::super::Why,
        pub(super) __failclosed: ::core::marker::PhantomData<(&'fc (),)>,
    }
    ///The action `close`, as a type.
    #[derive(Debug)]
    pub struct CloseAction;
    ///Implemented by `#[guarded] impl Payments for ..`. Its guarded methods take a permit that carries their arguments, and only a guard gives one.
    pub trait Raw: ::core::marker::Send + ::core::marker::Sync {
        ///Behind [`Payments::charge`](super::Payments::charge).
        fn granted_charge<'fc, 'call>(
            &'fc self,
            granted: ::failclosed::__private_0_1_0::PermitFor<'call, ChargeArgs<'fc>>,
        ) -> impl ::core::future::Future<
            Output = Result<Receipt, E>,
        > + ::core::marker::Send + 'call
        where
            Self: ::core::marker::Sized,
            'fc: 'call;
        ///Behind [`Payments::close`](super::Payments::close).
        fn granted_close<'fc, 'call>(
            &'fc mut self,
            __failclosed_granted: ::failclosed::__private_0_1_0::PermitFor<
                'call,
                CloseArgs<'fc>,
            >,
        ) -> impl ::core::future::Future<Output = bool> + ::core::marker::Send + 'call
        where
            Self: ::core::marker::Sized,
            'fc: 'call,
        {
            async move {
                let (__failclosed_permit, (__failclosed_argument_0,)) = ::failclosed::__private_0_1_0::PermitFor::redeem(
                    __failclosed_granted,
                );
                let _ = __failclosed_permit;
                let why: &'fc super::super::Why = __failclosed_argument_0;
                if false {
                    return ::failclosed::__private_0_1_0::returns::<bool>();
                }
                super::log(why);
                true
            }
        }
        ///Behind [`Payments::currency`](super::Payments::currency).
        fn currency(&self) -> &'static str;
    }
    mod __failclosed {
        #[allow(unused_imports)]
        use super::*;
        /// Reaches the object behind the guard. Made in this module alone.
        #[derive(Debug)]
        #[allow(unreachable_pub)]
        pub struct __Key(());
        type __Before<'g> = ::failclosed::__private_0_1_0::Before<'g, dyn super::Raw>;
        #[automatically_derived]
        impl<'r> ::failclosed::__private_0_1_0::Surface for dyn super::Raw + 'r {
            type Key = __Key;
            type Object = dyn __Object;
        }
        /// What is behind the guard: each guarded method asks the guard before it, then calls. The
        /// raw trait above it leaves room for no second implementation.
        #[allow(unreachable_pub, clippy::too_many_arguments)]
        pub trait __Object: super::Raw {
            fn __failclosed_checked_charge<'fc>(
                &'fc self,
                __failclosed_before: __Before<'fc>,
                vendor: &'fc str,
                amount: u64,
            ) -> ::core::pin::Pin<
                ::std::boxed::Box<
                    dyn ::core::future::Future<
                        Output = Result<Receipt, E>,
                    > + ::core::marker::Send + 'fc,
                >,
            >;
            fn __failclosed_checked_close<'fc>(
                &'fc mut self,
                __failclosed_before: __Before<'fc>,
                why: &'fc super::super::super::Why,
            ) -> ::core::pin::Pin<
                ::std::boxed::Box<
                    dyn ::core::future::Future<
                        Output = bool,
                    > + ::core::marker::Send + 'fc,
                >,
            >;
        }
        #[automatically_derived]
        impl<__Raw: super::Raw + 'static> __Object for __Raw {
            fn __failclosed_checked_charge<'fc>(
                &'fc self,
                __failclosed_before: __Before<'fc>,
                vendor: &'fc str,
                amount: u64,
            ) -> ::core::pin::Pin<
                ::std::boxed::Box<
                    dyn ::core::future::Future<
                        Output = Result<Receipt, E>,
                    > + ::core::marker::Send + 'fc,
                >,
            > {
                ::std::boxed::Box::pin(async move {
                    let mut __failclosed_offer = ::failclosed::__private_0_1_0::Offer::new(super::ChargeArgs {
                        vendor,
                        amount,
                        __failclosed: ::core::marker::PhantomData,
                    });
                    let __failclosed_granted = match ::failclosed::__private_0_1_0::Offer::enter(
                            &mut __failclosed_offer,
                            ::failclosed::__private_0_1_0::Before::guard(
                                __failclosed_before,
                            ),
                            &(),
                        )
                        .await
                    {
                        ::core::result::Result::Ok(__failclosed_granted) => {
                            __failclosed_granted
                        }
                        ::core::result::Result::Err(__failclosed_denial) => {
                            return <Result<
                                Receipt,
                                E,
                            > as ::failclosed::__private_0_1_0::FromDenial>::from_denial(
                                __failclosed_denial,
                            );
                        }
                    };
                    let __failclosed_result = super::Raw::granted_charge(
                            self,
                            __failclosed_granted,
                        )
                        .await;
                    ::failclosed::__private_0_1_0::Offer::conclude(
                        &__failclosed_offer,
                        <Result<
                            Receipt,
                            E,
                        > as ::failclosed::__private_0_1_0::FromDenial>::failed(
                            &__failclosed_result,
                        ),
                    );
                    __failclosed_result
                })
            }
            fn __failclosed_checked_close<'fc>(
                &'fc mut self,
                __failclosed_before: __Before<'fc>,
                why: &'fc super::super::super::Why,
            ) -> ::core::pin::Pin<
                ::std::boxed::Box<
                    dyn ::core::future::Future<
                        Output = bool,
                    > + ::core::marker::Send + 'fc,
                >,
            > {
                ::std::boxed::Box::pin(async move {
                    let mut __failclosed_offer = ::failclosed::__private_0_1_0::Offer::new(super::CloseArgs {
                        why,
                        __failclosed: ::core::marker::PhantomData,
                    });
                    let __failclosed_granted = match ::failclosed::__private_0_1_0::Offer::enter(
                            &mut __failclosed_offer,
                            ::failclosed::__private_0_1_0::Before::guard(
                                __failclosed_before,
                            ),
                            &(),
                        )
                        .await
                    {
                        ::core::result::Result::Ok(__failclosed_granted) => {
                            __failclosed_granted
                        }
                        ::core::result::Result::Err(__failclosed_denial) => {
                            return closed(__failclosed_denial);
                        }
                    };
                    let __failclosed_result = super::Raw::granted_close(
                            self,
                            __failclosed_granted,
                        )
                        .await;
                    ::failclosed::__private_0_1_0::Offer::conclude(
                        &__failclosed_offer,
                        {
                            use ::failclosed::__private_0_1_0::JudgeAny as _;
                            ::failclosed::__private_0_1_0::Judge(&__failclosed_result)
                                .failed()
                        },
                    );
                    __failclosed_result
                })
            }
        }
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<__Guarded> super::super::Payments for __Guarded
        where
            __Guarded: ::failclosed::__private_0_1_0::OnlyGuarded<dyn super::Raw>
                + ?::core::marker::Sized,
            __Guarded: Debug,
        {
            fn charge<'fc>(
                &'fc self,
                vendor: &'fc str,
                amount: u64,
            ) -> ::core::pin::Pin<
                ::std::boxed::Box<
                    dyn ::core::future::Future<
                        Output = Result<Receipt, E>,
                    > + ::core::marker::Send + 'fc,
                >,
            > {
                let (__failclosed_before, __failclosed_inner) = <Self as ::failclosed::__private_0_1_0::OnlyGuarded<
                    dyn super::Raw,
                >>::__failclosed_behind(self, __Key(()));
                __Object::__failclosed_checked_charge(
                    __failclosed_inner,
                    __failclosed_before,
                    vendor,
                    amount,
                )
            }
            fn close<'fc>(
                &'fc mut self,
                why: &'fc super::super::super::Why,
            ) -> ::core::pin::Pin<
                ::std::boxed::Box<
                    dyn ::core::future::Future<
                        Output = bool,
                    > + ::core::marker::Send + 'fc,
                >,
            > {
                let (__failclosed_before, __failclosed_inner) = <Self as ::failclosed::__private_0_1_0::OnlyGuarded<
                    dyn super::Raw,
                >>::__failclosed_behind_mut(self, __Key(()));
                __Object::__failclosed_checked_close(
                    __failclosed_inner,
                    __failclosed_before,
                    why,
                )
            }
            fn currency(&self) -> &'static str {
                super::Raw::currency(
                    <Self as ::failclosed::__private_0_1_0::OnlyGuarded<
                        dyn super::Raw,
                    >>::__failclosed_behind(self, __Key(()))
                        .1,
                )
            }
        }
    }
}
#[automatically_derived]
impl<T: payments::Raw + 'static> ::failclosed::__private_0_1_0::Wraps<T>
for dyn payments::Raw {
    fn boxed(
        inner: T,
    ) -> ::std::boxed::Box<<Self as ::failclosed::__private_0_1_0::Surface>::Object> {
        ::std::boxed::Box::new(inner)
    }
}
#[automatically_derived]
impl<'fc> ::failclosed::__private_0_1_0::Carried for payments::ChargeArgs<'fc> {
    type Action = Purchase;
    type Parts = (&'fc str, u64);
    type Of = ();
    fn enter<'g>(
        &self,
        guard: &'g ::failclosed::__private_0_1_0::Guard,
        __failclosed_of: &Self::Of,
    ) -> impl ::core::future::Future<
        Output = ::core::result::Result<
            ::failclosed::__private_0_1_0::Call<'g, Self::Action>,
            ::failclosed::__private_0_1_0::Denial,
        >,
    > + ::core::marker::Send {
        async move {
            let _ = __failclosed_of;
            #[allow(unused_variables)]
            let Self { vendor, amount, __failclosed: _ } = self;
            ::failclosed::__private_0_1_0::enter(
                    &::failclosed::__private_0_1_0::Asking::new(
                        guard,
                        ::failclosed::__private_0_1_0::Entry::of(&Purchase),
                        &|
                            __failclosed_question: &mut ::failclosed::__private_0_1_0::Question<
                                '_,
                            >|
                        {
                            #[allow(unused_imports)]
                            use ::failclosed::__private_0_1_0::AnyPassed as _;
                            ::failclosed::__private_0_1_0::Question::resource(
                                __failclosed_question,
                                &vendor,
                            );
                            ::failclosed::__private_0_1_0::Passed(&vendor)
                                .failclosed_kind()
                                .show(__failclosed_question, "vendor", &vendor);
                            ::failclosed::__private_0_1_0::Passed(&amount)
                                .failclosed_kind()
                                .show(__failclosed_question, "amount", &amount);
                        },
                    ),
                )
                .await
        }
    }
    fn into_parts(self) -> Self::Parts {
        (self.vendor, self.amount)
    }
}
#[automatically_derived]
impl ::failclosed::__private_0_1_0::Arguments for payments::CloseAction {
    fn argument(
        &self,
        _: usize,
    ) -> ::core::option::Option<::failclosed::__private_0_1_0::NamedArgument<'_>> {
        ::core::option::Option::None
    }
}
#[automatically_derived]
impl ::failclosed::__private_0_1_0::Action for payments::CloseAction {
    const NAME: &'static str = "close";
    type Key = Self;
}
#[automatically_derived]
impl<'fc> ::failclosed::__private_0_1_0::Carried for payments::CloseArgs<'fc> {
    type Action = payments::CloseAction;
    type Parts = (&'fc super::Why,);
    type Of = ();
    fn enter<'g>(
        &self,
        guard: &'g ::failclosed::__private_0_1_0::Guard,
        __failclosed_of: &Self::Of,
    ) -> impl ::core::future::Future<
        Output = ::core::result::Result<
            ::failclosed::__private_0_1_0::Call<'g, Self::Action>,
            ::failclosed::__private_0_1_0::Denial,
        >,
    > + ::core::marker::Send {
        async move {
            let _ = __failclosed_of;
            #[allow(unused_variables)]
            let Self { why, __failclosed: _ } = self;
            ::failclosed::__private_0_1_0::enter(
                    &::failclosed::__private_0_1_0::Asking::new(
                        guard,
                        ::failclosed::__private_0_1_0::Entry::of(&payments::CloseAction),
                        &|
                            __failclosed_question: &mut ::failclosed::__private_0_1_0::Question<
                                '_,
                            >|
                        {
                            #[allow(unused_imports)]
                            use ::failclosed::__private_0_1_0::AnyPassed as _;
                            ::failclosed::__private_0_1_0::Passed(&why)
                                .failclosed_kind()
                                .show(__failclosed_question, "why", &why);
                        },
                    ),
                )
                .await
        }
    }
    fn into_parts(self) -> Self::Parts {
        (self.why,)
    }
}
