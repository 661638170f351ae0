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
            let (_, (__failclosed_argument_0,)) = ::failclosed::__private_0_1_0::PermitFor::redeem(
                __failclosed_granted,
            );
            async move {
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
                ::std::boxed::Box::pin(
                    ::failclosed::__private_0_1_0::Offer::enter(
                        ::failclosed::__private_0_1_0::Before::guard(
                            __failclosed_before,
                        ),
                        super::ChargeArgs {
                            vendor,
                            amount,
                            __failclosed: ::core::marker::PhantomData,
                        },
                        self,
                        <Result<
                            Receipt,
                            E,
                        > as ::failclosed::__private_0_1_0::FromDenial>::from_denial,
                        <Result<
                            Receipt,
                            E,
                        > as ::failclosed::__private_0_1_0::FromDenial>::failed,
                    ),
                )
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
                ::std::boxed::Box::pin(
                    ::failclosed::__private_0_1_0::Offer::enter(
                        ::failclosed::__private_0_1_0::Before::guard(
                            __failclosed_before,
                        ),
                        super::CloseArgs {
                            why,
                            __failclosed: ::core::marker::PhantomData,
                        },
                        self,
                        |__failclosed_denial| closed(__failclosed_denial),
                        |__failclosed_result| {
                            use ::failclosed::__private_0_1_0::JudgeAny as _;
                            ::failclosed::__private_0_1_0::Judge(__failclosed_result)
                                .failed()
                        },
                    ),
                )
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
    const ACTION: &'static Self::Action = &Purchase;
    fn show(
        &self,
        __failclosed_of: &Self::Of,
        __failclosed_question: &mut ::failclosed::__private_0_1_0::Question<'_>,
    ) {
        let _ = (__failclosed_of, &__failclosed_question);
        #[allow(unused_variables)]
        let Self { vendor, amount, __failclosed: _ } = self;
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
    }
    fn into_parts(self) -> Self::Parts {
        (self.vendor, self.amount)
    }
}
#[automatically_derived]
impl<
    'fc,
    __Raw: payments::Raw + 'static,
> ::failclosed::__private_0_1_0::Behind<&'fc __Raw> for payments::ChargeArgs<'fc> {
    type Output = Result<Receipt, E>;
    fn of<'call>(
        __failclosed_on: &'call &'fc __Raw,
    ) -> &'call <Self as ::failclosed::__private_0_1_0::Carried>::Of {
        {
            let _ = __failclosed_on;
            &()
        }
    }
    fn call<'call>(
        __failclosed_on: &'fc __Raw,
        __failclosed_granted: ::failclosed::__private_0_1_0::PermitFor<'call, Self>,
    ) -> impl ::core::future::Future<
        Output = Result<Receipt, E>,
    > + ::core::marker::Send + 'call
    where
        &'fc __Raw: 'call,
        Self: 'call,
    {
        __Raw::granted_charge(__failclosed_on, __failclosed_granted)
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
    const ACTION: &'static Self::Action = &payments::CloseAction;
    fn show(
        &self,
        __failclosed_of: &Self::Of,
        __failclosed_question: &mut ::failclosed::__private_0_1_0::Question<'_>,
    ) {
        let _ = (__failclosed_of, &__failclosed_question);
        #[allow(unused_variables)]
        let Self { why, __failclosed: _ } = self;
        #[allow(unused_imports)]
        use ::failclosed::__private_0_1_0::AnyPassed as _;
        ::failclosed::__private_0_1_0::Passed(&why)
            .failclosed_kind()
            .show(__failclosed_question, "why", &why);
    }
    fn into_parts(self) -> Self::Parts {
        (self.why,)
    }
}
#[automatically_derived]
impl<
    'fc,
    __Raw: payments::Raw + 'static,
> ::failclosed::__private_0_1_0::Behind<&'fc mut __Raw> for payments::CloseArgs<'fc> {
    type Output = bool;
    fn of<'call>(
        __failclosed_on: &'call &'fc mut __Raw,
    ) -> &'call <Self as ::failclosed::__private_0_1_0::Carried>::Of {
        {
            let _ = __failclosed_on;
            &()
        }
    }
    fn call<'call>(
        __failclosed_on: &'fc mut __Raw,
        __failclosed_granted: ::failclosed::__private_0_1_0::PermitFor<'call, Self>,
    ) -> impl ::core::future::Future<Output = bool> + ::core::marker::Send + 'call
    where
        &'fc mut __Raw: 'call,
        Self: 'call,
    {
        __Raw::granted_close(__failclosed_on, __failclosed_granted)
    }
}
