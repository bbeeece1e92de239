#version 300 es
#define SHADER_NAME layout-layer-fragment
precision highp float;
in vec4 vColor;
in float vSizePx;
out vec4 fragColor;

void main(void) {
  geometry.uv = gl_PointCoord * 2.0 - 1.0;
  float fromCenterPx = length(geometry.uv) * 0.5 * (vSizePx + 1.0);
  float cover = clamp(0.5 * vSizePx + 0.5 - fromCenterPx, 0.0, 1.0);
  if (cover <= 0.0) discard;
  fragColor = vec4(vColor.rgb, vColor.a * cover);
  DECKGL_FILTER_COLOR(fragColor, geometry);
}
