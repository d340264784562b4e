/** Plain components in the light DOM, styled by the one stylesheet: no shadow roots, no injected
 *  styles (strict CSP). */
export default { compilerOptions: { runes: true, css: "external" } };
