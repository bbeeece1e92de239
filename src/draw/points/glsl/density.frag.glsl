#version 300 es
// Summed points as a picture: equal ratios of density are equal steps of OKLab lightness away from the ground, in the hue
// that the points there have on average.
precision highp float;
uniform sampler2D picture;
uniform float alpha;
// From what is summed to points a pixel.
uniform float gain;
// Points a pixel that are shown at full strength.
uniform float peak;
uniform float isDark;
out vec4 fragColor;

// The least density that is told apart from none is so many times below the peak.
const float RANGE = 200.0;

vec3 toLab(vec3 linear) {
  vec3 lms = mat3(
    0.4122214708, 0.2119034982, 0.0883024619,
    0.5363325363, 0.6806995451, 0.2817188376,
    0.0514459929, 0.1073969566, 0.6299787005) * linear;
  lms = pow(max(lms, 0.0), vec3(1.0 / 3.0));
  return mat3(
    0.2104542553, 1.9779984951, 0.0259040371,
    0.7936177850, -2.4285922050, 0.7827717662,
    -0.0040720468, 0.4505937099, -0.8086757660) * lms;
}

vec3 toRgb(vec3 lab) {
  vec3 lms = mat3(
    1.0, 1.0, 1.0,
    0.3963377774, -0.1055613458, -0.0894841775,
    0.2158037573, -0.0638541728, -1.2914855480) * lab;
  vec3 linear = mat3(
    4.0767416621, -1.2684380046, -0.0041960863,
    -3.3077115913, 2.6097574011, -0.7034186147,
    0.2309699292, -0.3413193965, 1.7076147010) * (lms * lms * lms);
  linear = clamp(linear, 0.0, 1.0);
  return mix(12.92 * linear, 1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, linear));
}

void main(void) {
  vec4 sum = texelFetch(picture, ivec2(gl_FragCoord.xy), 0);
  if (sum.a <= 0.0) discard;
  float t = min(1.0, log(1.0 + sum.a * gain * RANGE / peak) / log(1.0 + RANGE));
  vec3 lab = toLab(sum.rgb / sum.a);
  float lightness = isDark > 0.5 ? mix(0.3, 0.97, t) : mix(0.88, 0.28, t);
  // The ends of the scale have little room for color.
  vec3 shown = toRgb(vec3(lightness, lab.yz * (1.0 - 0.45 * t * t)));
  float a = alpha * smoothstep(0.0, 0.3, t);
  fragColor = vec4(shown * a, a);
}
