// Steps of F(4x4,3x3) that several kernels share.

// INPUT6 multiplies d0 to d5 by the transposed B of F(4,3); 4 in V31[0]. The
// result is in t0, d1, d2, d3, d4, d5; e is overwritten.
//
//	t0 = 4*(d0-d2) + (d4-d2)
//	t1, t2 = (d4-4*d2) ± (d3-4*d1)
//	t3, t4 = (d4-d2) ± 2*(d3-d1)
//	t5 = (d5-d3) - 4*(d3-d1)
#define INPUT6(t0, d0, d1, d2, d3, d4, d5, e) \
	FSUB4S(t0, d4, d2); \
	FSUB4S(e, d3, d1); \
	FSUB4S(d0, d0, d2); \
	FMLS4S_LANE(d4, d2, 31, 0); \
	FSUB4S(d5, d5, d3); \
	FMLS4S_LANE(d3, d1, 31, 0); \
	FMLS4S_LANE(d5, e, 31, 0); \
	FADD4S(e, e, e); \
	FADD4S(d1, d4, d3); \
	FSUB4S(d2, d4, d3); \
	FADD4S(d3, t0, e); \
	FSUB4S(d4, t0, e); \
	FMLA4S_LANE(t0, d0, 31, 0)

// OUTPUT6 multiplies m0 to m5 by the transposed A of F(4,3); 2, 4 and 8 in V31.
// The result is in m0, m1, y2, m5; m2, m3, m4 and u are overwritten.
//
//	y0 = m0 + (m1+m2) + (m3+m4)
//	y1 = (m1-m2) + 2*(m3-m4)
//	y2 = (m1+m2) + 4*(m3+m4)
//	y3 = (m1-m2) + 8*(m3-m4) + m5
#define OUTPUT6(m0, m1, m2, m3, m4, m5, y2, u) \
	FADD4S(y2, m1, m2); \
	FSUB4S(m1, m1, m2); \
	FADD4S(u, m3, m4); \
	FSUB4S(m3, m3, m4); \
	FADD4S(m0, m0, y2); \
	FADD4S(m5, m5, m1); \
	FADD4S(m0, m0, u); \
	FMLA4S_LANE(m1, m3, 31, 0); \
	FMLA4S_LANE(y2, u, 31, 1); \
	FMLA4S_LANE(m5, m3, 31, 2)

#define CLAMP(d) \
	FMAX4S(d, d, 28); \
	FMIN4S(d, d, 29)

// ROWMAX leaves the maxima of outputs 0 and 1, and of 2 and 3, in m0 and m1.
#define ROWMAX(m0, m1, m2, m3, m4, m5) \
	OUTPUT6(m0, m1, m2, m3, m4, m5, 24, 25); \
	FMAX4S(m0, m0, m1); \
	FMAX4S(m1, 24, m5)

// STOREROW stores four pixels and moves on to the next row.
#define STOREROW(y0, y1, y3, v0, v1, v3) \
	CLAMP(y0); \
	CLAMP(y1); \
	CLAMP(24); \
	CLAMP(y3); \
	MOVD   R9, R10; \
	ADD    R1, R9; \
	VST1.P [v0.S4], (R10)(R2); \
	VST1.P [v1.S4], (R10)(R2); \
	VST1.P [V24.S4], (R10)(R2); \
	VST1   [v3.S4], (R10)
