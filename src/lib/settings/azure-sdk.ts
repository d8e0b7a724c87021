/* eslint-disable @typescript-eslint/no-require-imports */
import type * as Identity from '@azure/identity';
import type * as KeyVault from '@azure/keyvault-secrets';

/*
 * Loaded at first use: they are half of what a cold instance would load, and an app whose secrets are plain
 * settings never asks for them. An `import` would load them with this file.
 */
export const identitySdk = (): typeof Identity => require('@azure/identity') as typeof Identity;
export const keyVaultSdk = (): typeof KeyVault => require('@azure/keyvault-secrets') as typeof KeyVault;
