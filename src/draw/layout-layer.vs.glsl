#version 300 es
#define SHADER_NAME layout-layer-vertex
in vec2 p0;
in vec2 p1;
in vec2 p2;
in vec4 colors;
out vec4 vColor;
out float vSizePx;

// A slot with no weight may hold a row without a place (NaN), and 0 · NaN is NaN.
vec2 share(float weight, vec2 p) {
  return weight == 0.0 ? vec2(0.0) : weight * p;
}

void main(void) {
  vec2 p = share(layouts.weights.x, p0) + share(layouts.weights.y, p1) + share(layouts.weights.z, p2);
  geometry.worldPosition = vec3(p, 0.0);
  if (isnan(p.x) || isnan(p.y)) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    vColor = vec4(0.0);
    vSizePx = 0.0;
    return;
  }
  gl_Position = project_position_to_clipspace(vec3(p, 0.0), vec3(0.0), vec3(0.0), geometry.position);
  DECKGL_FILTER_GL_POSITION(gl_Position, geometry);
  vSizePx = layouts.pointSize * project.devicePixelRatio;
  // One pixel more than the disk, for its soft edge.
  gl_PointSize = vSizePx + 1.0;
  vColor = vec4(mix(colors.rgb, layouts.tint.rgb, layouts.tint.a), colors.a * layer.opacity * layouts.alpha);
  DECKGL_FILTER_COLOR(vColor, geometry);
}
