//! Keys of two people who are none: made for these tests, and good for nothing else.

/// The two halves of a key, in the form of age.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub recipient: &'static str,
    pub secret: &'static str,
}

pub const ANA: Person = Person {
    recipient: "age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy",
    secret: "AGE-SECRET-KEY-15NRRE4A733WSRTCVTT7DTNAV7TXJZLYNKSQ7P6QCLLQ33GRG02HQE648CS",
};

pub const BEN: Person = Person {
    recipient: "age1hfzj7v6xl3t8tna2nlez8c5fwqa8cvkh2f3x60vfre6vxlszwfcsafcan4",
    secret: "AGE-SECRET-KEY-1YVZJ7X95TNDZKZAY5S77C50HNWU7QNHWTUVM6XWJAG7MPRLHRVDQL2ZCUG",
};
