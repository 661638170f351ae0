impl pay::payments::Raw for Stripe<'_> {
    fn granted_charge<'fc, 'call>(
        &'fc self,
        __failclosed_granted: ::failclosed::__private_0_1_0::PermitFor<
            'call,
            pay::payments::ChargeArgs<'fc>,
        >,
    ) -> impl ::core::future::Future<
        Output = Result<Receipt, E>,
    > + ::core::marker::Send + 'call
    where
        'fc: 'call,
    {
        let (__failclosed_permit, (__failclosed_argument_0, __failclosed_argument_1)) = ::failclosed::__private_0_1_0::PermitFor::redeem(
            __failclosed_granted,
        );
        async move {
            let permit: Permit<'_, Purchase> = __failclosed_permit;
            let vendor: &'fc str = __failclosed_argument_0;
            let mut amount: u64 = __failclosed_argument_1;
            if false {
                return ::failclosed::__private_0_1_0::returns::<Result<Receipt, E>>();
            }
            BODY
        }
    }
    fn ping<'fc>(
        &'fc self,
    ) -> ::core::pin::Pin<
        ::std::boxed::Box<
            dyn ::core::future::Future<Output = bool> + ::core::marker::Send + 'fc,
        >,
    > {
        ::std::boxed::Box::pin(async move {
            if false {
                return ::failclosed::__private_0_1_0::returns::<bool>();
            }
            BODY
        })
    }
    fn currency(&self) -> &'static str {
        BODY
    }
}
