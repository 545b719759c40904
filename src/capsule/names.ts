/** What capsules and their settings may be named. Apart from the manifest's schema: the configuration is read without that. */

/** Of capsules and of their commands. */
export const CAPSULE_NAME = /^[a-z][a-z0-9-]{0,31}$/;

export const SETTING_NAME = /^[a-z][a-z0-9_]{0,31}$/;
