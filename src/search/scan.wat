;; Text scan. The arena holds folded captions (src/shared/text/fold.ts), so equal bytes are a match and nothing else is.
(module
  (import "host" "isWord" (func $isWord (param $at i32) (param $before i32) (result i32)))
  (memory (export "memory") 1 65536)

  ;; Copies nothing: lowers the ASCII letters of [at, at + n) in place and makes tab, LF and CR spaces.
  ;; Returns how many bytes stand before the first that is not ASCII; those are done.
  (func (export "lower") (param $at i32) (param $n i32) (result i32)
    (local $p i32) (local $end i32) (local $v v128) (local $b i32)
    (local.set $p (local.get $at))
    (local.set $end (i32.add (local.get $at) (local.get $n)))
    (block $tail (loop $wide
      (br_if $tail (i32.gt_u (local.get $p) (i32.sub (local.get $end) (i32.const 16))))
      (local.set $v (v128.load (local.get $p)))
      (br_if $tail (i8x16.bitmask (local.get $v)))
      ;; A–Z get bit 0x20.
      (local.set $v (v128.or (local.get $v) (v128.and
        (i8x16.lt_u (i8x16.sub (local.get $v) (i8x16.splat (i32.const 65))) (i8x16.splat (i32.const 26)))
        (i8x16.splat (i32.const 0x20)))))
      (local.set $v (v128.bitselect (i8x16.splat (i32.const 0x20)) (local.get $v) (v128.or
        (v128.or
          (i8x16.eq (local.get $v) (i8x16.splat (i32.const 9)))
          (i8x16.eq (local.get $v) (i8x16.splat (i32.const 10))))
        (i8x16.eq (local.get $v) (i8x16.splat (i32.const 13))))))
      (v128.store (local.get $p) (local.get $v))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (br $wide)))
    (block $done (loop $narrow
      (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
      (local.set $b (i32.load8_u (local.get $p)))
      (br_if $done (i32.ge_u (local.get $b) (i32.const 128)))
      (if (i32.lt_u (i32.sub (local.get $b) (i32.const 65)) (i32.const 26))
        (then (local.set $b (i32.or (local.get $b) (i32.const 0x20)))))
      (if (i32.or
            (i32.lt_u (i32.sub (local.get $b) (i32.const 9)) (i32.const 2))
            (i32.eq (local.get $b) (i32.const 13)))
        (then (local.set $b (i32.const 0x20))))
      (i32.store8 (local.get $p) (local.get $b))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (br $narrow)))
    (i32.sub (local.get $p) (local.get $at)))

  ;; 1 where the byte at $at is part of a word. Bytes of longer characters are asked of the host.
  (func $wordAt (param $at i32) (param $before i32) (result i32)
    (local $b i32)
    (local.set $b (i32.load8_u (local.get $at)))
    (if (i32.ge_u (local.get $b) (i32.const 128))
      (then (return (call $isWord (local.get $at) (local.get $before)))))
    (i32.or
      (i32.or
        (i32.lt_u (i32.sub (local.get $b) (i32.const 97)) (i32.const 26))
        (i32.lt_u (i32.sub (local.get $b) (i32.const 48)) (i32.const 10)))
      (i32.eq (local.get $b) (i32.const 95))))

  ;; Sets the bit of every row of [row, lastRow) that holds the needle; leaves the other bits alone.
  ;; offsets: u32 addresses of the rows' first bytes, then sixteen times 0xffffffff. needle: m ≥ 1 bytes; i and j are the
  ;; places of its two rarest bytes, which alone are looked for until both fit (after Muła, “SIMD-friendly substring
  ;; searching”). flags: 1 a word begins at the needle, 2 a word ends with it. Reads up to 80 bytes past the last row.
  (func (export "scan")
    (param $offsets i32) (param $row i32) (param $lastRow i32) (param $needle i32) (param $m i32) (param $i i32) (param $j i32)
    (param $flags i32) (param $bits i32)
    (local $p i32) (local $end i32) (local $mask i32) (local $b i32) (local $k i32) (local $rowStart i32) (local $rowEnd i32)
    (local $vi v128) (local $vj v128) (local $pi i32) (local $pj i32) (local $word i32)
    (local.set $vi (i8x16.splat (i32.load8_u (i32.add (local.get $needle) (local.get $i)))))
    (local.set $vj (i8x16.splat (i32.load8_u (i32.add (local.get $needle) (local.get $j)))))
    (local.set $p (i32.load (i32.add (local.get $offsets) (i32.shl (local.get $row) (i32.const 2)))))
    (local.set $end (i32.load (i32.add (local.get $offsets) (i32.shl (local.get $lastRow) (i32.const 2)))))
    (br_if 0 (i32.lt_u (i32.sub (local.get $end) (local.get $p)) (local.get $m)))
    ;; One past the last place where the needle may begin.
    (local.set $end (i32.add (i32.sub (local.get $end) (local.get $m)) (i32.const 1)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
      (local.set $pi (i32.add (local.get $p) (local.get $i)))
      (local.set $pj (i32.add (local.get $p) (local.get $j)))
      (local.set $mask (i8x16.bitmask (v128.and
        (i8x16.eq (v128.load (local.get $pi)) (local.get $vi))
        (i8x16.eq (v128.load (local.get $pj)) (local.get $vj)))))
      (if (i32.eqz (local.get $mask)) (then
        ;; 64 places at a time while none fits.
        (loop $skip
          (local.set $p (i32.add (local.get $p) (i32.const 16)))
          (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
          (local.set $pi (i32.add (local.get $p) (local.get $i)))
          (local.set $pj (i32.add (local.get $p) (local.get $j)))
          (br_if $next (v128.any_true (v128.or
            (v128.or
              (v128.and (i8x16.eq (v128.load (local.get $pi)) (local.get $vi))
                        (i8x16.eq (v128.load (local.get $pj)) (local.get $vj)))
              (v128.and (i8x16.eq (v128.load offset=16 (local.get $pi)) (local.get $vi))
                        (i8x16.eq (v128.load offset=16 (local.get $pj)) (local.get $vj))))
            (v128.or
              (v128.and (i8x16.eq (v128.load offset=32 (local.get $pi)) (local.get $vi))
                        (i8x16.eq (v128.load offset=32 (local.get $pj)) (local.get $vj)))
              (v128.and (i8x16.eq (v128.load offset=48 (local.get $pi)) (local.get $vi))
                        (i8x16.eq (v128.load offset=48 (local.get $pj)) (local.get $vj)))))))
          (local.set $p (i32.add (local.get $p) (i32.const 48)))
          (br $skip))))
      (block $noMore (loop $candidate
        (br_if $noMore (i32.eqz (local.get $mask)))
        (local.set $b (i32.add (local.get $p) (i32.ctz (local.get $mask))))
        (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
        (br_if $done (i32.ge_u (local.get $b) (local.get $end)))
        (block $fail
          (local.set $k (i32.const 0))
          (loop $compare
            (br_if $fail (i32.ne
              (i32.load8_u (i32.add (local.get $b) (local.get $k)))
              (i32.load8_u (i32.add (local.get $needle) (local.get $k)))))
            (local.set $k (i32.add (local.get $k) (i32.const 1)))
            (br_if $compare (i32.lt_u (local.get $k) (local.get $m))))
          ;; The row of the place.
          (loop $far
            (if (i32.le_u (i32.load offset=64 (i32.add (local.get $offsets) (i32.shl (local.get $row) (i32.const 2)))) (local.get $b))
              (then (local.set $row (i32.add (local.get $row) (i32.const 16))) (br $far))))
          (loop $near
            (if (i32.le_u (i32.load offset=4 (i32.add (local.get $offsets) (i32.shl (local.get $row) (i32.const 2)))) (local.get $b))
              (then (local.set $row (i32.add (local.get $row) (i32.const 1))) (br $near))))
          (local.set $rowStart (i32.load (i32.add (local.get $offsets) (i32.shl (local.get $row) (i32.const 2)))))
          (local.set $rowEnd (i32.load offset=4 (i32.add (local.get $offsets) (i32.shl (local.get $row) (i32.const 2)))))
          (br_if $fail (i32.gt_u (i32.add (local.get $b) (local.get $m)) (local.get $rowEnd)))
          (if (i32.and (local.get $flags) (i32.const 1)) (then
            (if (i32.gt_u (local.get $b) (local.get $rowStart)) (then
              (br_if $fail (call $wordAt (i32.sub (local.get $b) (i32.const 1)) (i32.const 1)))))))
          (if (i32.and (local.get $flags) (i32.const 2)) (then
            (if (i32.lt_u (i32.add (local.get $b) (local.get $m)) (local.get $rowEnd)) (then
              (br_if $fail (call $wordAt (i32.add (local.get $b) (local.get $m)) (i32.const 0)))))))
          (local.set $word (i32.add (local.get $bits) (i32.shl (i32.shr_u (local.get $row) (i32.const 5)) (i32.const 2))))
          (i32.store (local.get $word) (i32.or (i32.load (local.get $word)) (i32.shl (i32.const 1) (local.get $row))))
          (local.set $p (local.get $rowEnd))
          (br $next))
        (br $candidate)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (br $next))))
)
