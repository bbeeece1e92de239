// PCG-RXS-M-XS-32 as a hash (O'Neill 2014; Jarzynski and Olano 2020): a bijection of the 32-bit integers.
fn pcg(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
