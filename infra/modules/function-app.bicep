// The Flex Consumption plan and the app on it.
param name string
param planName string
param location string
param tags { *: string }
param identityName string
param storageAccountName string
param deploymentContainer string
param vaultName string
param componentName string
@description('Empty: the app is in no virtual network.')
param networkName string
param maximumInstanceCount int
param instanceMemoryMB 512 | 2048 | 4096
param appSettings { *: string }
@description('Empty: the function key alone is asked for.')
param entraClientId string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource account 'Microsoft.Storage/storageAccounts@2026-09-01' existing = {
  name: storageAccountName
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource subnet 'Microsoft.Network/virtualNetworks/subnets@2026-03-01' existing = if (!empty(networkName)) {
  name: '${networkName}/app'
}

// What stands unless the operator's settings say otherwise.
var defaults = {
  CATALOG_SCHEDULE: '0 0 2 * * *'
  CONSUMPTION_SCHEDULE: '0 */15 * * * *'
  LMS_SOURCES: ''
  DESTINATIONS: 'ld'
  LOG_LEVEL: 'info'
  RETENTION_DAYS: '30'
}

// What no setting of the operator may replace.
var platform = {
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
  APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
  AZURE_CLIENT_ID: identity.properties.clientId
  AzureWebJobsStorage__blobServiceUri: account.properties.primaryEndpoints.blob
  AzureWebJobsStorage__clientId: identity.properties.clientId
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__queueServiceUri: account.properties.primaryEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: account.properties.primaryEndpoints.table
  KEY_VAULT_URL: vault.properties.vaultUri
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(networkName) ? null : subnet.id
    siteConfig: { minTlsVersion: '1.2' }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${account.properties.primaryEndpoints.blob}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: { name: 'node', version: '24' }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstanceCount
        instanceMemoryMB: instanceMemoryMB
      }
    }
  }
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: { ...defaults, ...appSettings, ...platform }
}

// Deployments sign in with Entra; there are no passwords to leak.
resource noPasswordForFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource noPasswordForScm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

// Vendors cannot sign in at Entra: their webhooks are checked by function key and signature.
var sourceIds = filter(map(split(appSettings.?LMS_SOURCES ?? '', ','), id => trim(id)), id => !empty(id))
var webhookPaths = map(sourceIds, id => '/api/webhooks/${id}')

resource signIn 'Microsoft.Web/sites/config@2025-03-01' = if (!empty(entraClientId)) {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'Return401'
      excludedPaths: concat(['/api/health', '/api/openapi.json', '/api/swagger.json'], webhookPaths)
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: entraClientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: { allowedAudiences: [entraClientId, 'api://${entraClientId}'] }
      }
    }
    login: { tokenStore: { enabled: false } }
  }
  dependsOn: [settings]
}

output uri string = 'https://${app.properties.defaultHostName}'
