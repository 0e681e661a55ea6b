//! The only random numbers of this crate: SplitMix64, the same on every machine.

/// A generator of random numbers that depend on the seed alone (SplitMix64; Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub struct SeededRng(u64);

impl SeededRng {
    /// The generator of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The generator of `seed` for one `purpose`: a new purpose changes no numbers of the others.
    #[must_use]
    pub fn for_purpose(seed: u64, purpose: &str) -> Self {
        let mixed =
            purpose.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(mixed)
    }

    /// Any 64-bit number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` up to, not including, `high`.
    pub fn uniform(&mut self, low: f32, high: f32) -> f32 {
        let unit = (self.next_u64() >> 40) as f32 / (1u64 << 24) as f32;
        low + (high - low) * unit
    }

    /// True in `share` (0 to 1) of all calls.
    pub fn is_chance(&mut self, share: f32) -> bool {
        self.uniform(0.0, 1.0) < share
    }

    /// An approximately normal number of mean 0 and standard deviation 1: the sum of four uniform ones. The exact
    /// methods need a logarithm, whose last bit differs between machines.
    pub fn approx_normal(&mut self) -> f32 {
        let bits = self.next_u64();
        let sum: u64 = (0..4).map(|part| (bits >> (part * 16)) & 0xffff).sum();
        (sum as f32 / 65_536.0 - 2.0) * 1.732
    }
}

/// One element at random; `None` of an empty slice.
pub(crate) fn choose<T: Copy>(all: &[T], random: &mut SeededRng) -> Option<T> {
    all.get((random.next_u64() % all.len().max(1) as u64) as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_reproducible_and_differ_by_purpose() {
        let take = |mut random: SeededRng| (0..4).map(|_| random.next_u64()).collect::<Vec<_>>();
        assert_eq!(take(SeededRng::new(7)), take(SeededRng::new(7)));
        assert_ne!(take(SeededRng::for_purpose(7, "skew")), take(SeededRng::for_purpose(7, "noise")));
    }

    #[test]
    fn random_deviates_are_in_range_and_centred() {
        let mut random = SeededRng::new(1);
        let values: Vec<f32> = (0..4000).map(|_| random.approx_normal()).collect();
        let mean = values.iter().sum::<f32>() / 4000.0;
        let deviation = (values.iter().map(|value| value * value).sum::<f32>() / 4000.0).sqrt();
        assert!(mean.abs() < 0.06 && (0.9..1.1).contains(&deviation), "{mean} {deviation}");
        assert!((0..1000).all(|_| (-1.5..1.5).contains(&random.uniform(-1.5, 1.5))));
    }
}
