;; Decodes hexadecimal text that lies at the beginning of the memory, onto itself: 16 digits at a time.
;; The build makes bytes of it (scripts/bundle.ts); hexadecimal.ts calls it.
(module
  (memory (export "memory") 1)
  (func (export "decode") (param $count i32)
    (local $at i32)
    (local $digits v128)
    (loop $next
      (local.set $digits (v128.load (local.get $at)))
      ;; '0' to '9' are 48 to 57; 'a' to 'f' are 97 to 102, of which 48 and 39 are taken.
      (local.set $digits
        (i8x16.sub
          (i8x16.sub (local.get $digits) (i8x16.splat (i32.const 48)))
          (v128.and
            (i8x16.gt_s (local.get $digits) (i8x16.splat (i32.const 57)))
            (i8x16.splat (i32.const 39)))))
      ;; The first digit of two is the lower byte of 16 bits.
      (local.set $digits
        (v128.and
          (v128.or
            (i16x8.shl (local.get $digits) (i32.const 4))
            (i16x8.shr_u (local.get $digits) (i32.const 8)))
          (i16x8.splat (i32.const 255))))
      (i64.store
        (i32.shr_u (local.get $at) (i32.const 1))
        (i64x2.extract_lane 0 (i8x16.narrow_i16x8_u (local.get $digits) (local.get $digits))))
      (br_if $next
        (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $count))))))
