/** `version` of package.json, put in by Vite. */
declare const CAPTIONSCAPE_VERSION: string
