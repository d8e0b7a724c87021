targetScope = 'subscription'

@minLength(1)
@maxLength(64)
@description('Name of the azd environment; part of the resource group\'s name and of the hash in all other names.')
param environmentName string

@minLength(1)
@description('Region of every resource. It must offer the Flex Consumption plan.')
param location string

@description('Settings of the app, name to value, all strings: LMS_SOURCES, LMS__<id>__…, LD__… and so on. A secret is named as kv:NAME.')
param appSettings object = {}

@secure()
@description('Secrets to write into the vault, name to value. Those that are left out stay as they are.')
param secrets object = {}

@description('Where alerts go by mail. Empty: alerts are raised, and nobody is written to.')
param alertEmail string = ''

@minValue(5)
@maxValue(10080)
@description('An alert is raised when a feed\'s watermark is older than this.')
param watermarkMaxAgeMinutes int = 120

@description('Client id of an Entra app registration. Given: callers need its token besides the function key.')
param entraClientId string = ''

@description('Storage and vault behind private endpoints, the app in a virtual network.')
param networkIsolation bool = false

@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
@description('How the storage account is replicated.')
param storageSku string = 'Standard_LRS'

@minValue(40)
@maxValue(1000)
@description('The most instances that the platform may start.')
param maximumInstanceCount int = 40

@allowed([512, 2048, 4096])
@description('Memory of an instance in MB.')
param instanceMemoryMB int = 2048

@minValue(30)
@maxValue(730)
@description('How long logs are kept.')
param logRetentionDays int = 30

var resourceToken = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-${resourceToken}'
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: 'log-${resourceToken}'
    componentName: 'appi-${resourceToken}'
    location: location
    tags: tags
    retentionDays: logRetentionDays
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: 'st${resourceToken}'
    location: location
    tags: tags
    sku: storageSku
    publicAccess: !networkIsolation
  }
}

module vault 'modules/key-vault.bicep' = {
  name: 'key-vault'
  scope: group
  params: {
    name: 'kv-${resourceToken}'
    location: location
    tags: tags
    publicAccess: !networkIsolation
    workspaceId: monitoring.outputs.workspaceId
    secrets: secrets
  }
}

module network 'modules/network.bicep' = if (networkIsolation) {
  name: 'network'
  scope: group
  params: {
    name: 'vnet-${resourceToken}'
    location: location
    tags: tags
    storageAccountId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    principalId: identity.outputs.principalId
    storageAccountName: storage.outputs.name
    vaultName: vault.outputs.name
    componentName: monitoring.outputs.componentName
  }
}

module app 'modules/function-app.bicep' = {
  name: 'function-app'
  scope: group
  params: {
    name: 'func-${resourceToken}'
    planName: 'plan-${resourceToken}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageAccountName: storage.outputs.name
    deploymentContainerName: storage.outputs.deploymentContainerName
    vaultUri: vault.outputs.uri
    componentName: monitoring.outputs.componentName
    subnetId: networkIsolation ? network!.outputs.appSubnetId : ''
    maximumInstanceCount: maximumInstanceCount
    instanceMemoryMB: instanceMemoryMB
    appSettings: appSettings
    entraClientId: entraClientId
  }
  // Without its roles the app cannot start.
  dependsOn: [roles]
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    nameSuffix: resourceToken
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    email: alertEmail
    watermarkMaxAgeMinutes: watermarkMaxAgeMinutes
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_STORAGE_ACCOUNT_NAME string = storage.outputs.name
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output AZURE_LOG_ANALYTICS_WORKSPACE_ID string = monitoring.outputs.workspaceId
output SERVICE_API_NAME string = app.outputs.name
output SERVICE_API_URI string = app.outputs.uri
