targetScope = 'subscription'

@minLength(1)
@maxLength(64)
@description('Name of the azd environment; part of the resource group\'s name and of the hash in all other names.')
param environmentName string

@minLength(1)
@description('Region of every resource. It must offer the Flex Consumption plan.')
param location string

@description('Settings of the app, name to value: LMS_SOURCES, LMS__<id>__…, LD__… and so on. A secret is named as kv:NAME.')
param appSettings { *: string } = {}

@secure()
@description('Secrets to write into the vault, name to value. Those that are left out stay as they are.')
param secrets { *: string } = {}

@description('The names in `secrets`: names are no secret, and with them a preview shows what is written.')
param secretNames string[] = []

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

@description('How the storage account is replicated.')
param storageSku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS' = 'Standard_LRS'

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

// Names are known before the deployment starts, so that a preview shows every resource and every role.
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var names = {
  app: 'func-${token}'
  component: 'appi-${token}'
  container: 'deployment-package'
  identity: 'id-${token}'
  network: 'vnet-${token}'
  plan: 'plan-${token}'
  storage: 'st${token}'
  vault: 'kv-${token}'
  workspace: 'log-${token}'
}

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: names.identity
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: names.workspace
    componentName: names.component
    location: location
    tags: tags
    retentionDays: logRetentionDays
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: names.storage
    location: location
    tags: tags
    sku: storageSku
    publicAccess: !networkIsolation
    deploymentContainer: names.container
  }
}

module vault 'modules/key-vault.bicep' = {
  scope: group
  params: {
    name: names.vault
    location: location
    tags: tags
    publicAccess: !networkIsolation
    workspaceId: monitoring.outputs.workspaceId
    secrets: secrets
    secretNames: secretNames
  }
}

module network 'modules/network.bicep' = if (networkIsolation) {
  scope: group
  params: {
    name: names.network
    location: location
    tags: tags
    storageAccountId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

module roles 'modules/roles.bicep' = {
  scope: group
  params: {
    identityName: names.identity
    storageAccountName: names.storage
    vaultName: names.vault
    componentName: names.component
  }
  dependsOn: [identity, monitoring, storage, vault]
}

module app 'modules/function-app.bicep' = {
  scope: group
  params: {
    name: names.app
    planName: names.plan
    location: location
    tags: tags
    identityName: names.identity
    storageAccountName: names.storage
    deploymentContainer: names.container
    vaultName: names.vault
    componentName: names.component
    networkName: networkIsolation ? names.network : ''
    maximumInstanceCount: maximumInstanceCount
    instanceMemoryMB: instanceMemoryMB
    appSettings: appSettings
    entraClientId: entraClientId
  }
  // Without its roles the app cannot start.
  dependsOn: [network, roles]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    nameSuffix: token
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    email: alertEmail
    watermarkMaxAgeMinutes: watermarkMaxAgeMinutes
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_STORAGE_ACCOUNT_NAME string = names.storage
output AZURE_KEY_VAULT_NAME string = names.vault
output AZURE_LOG_ANALYTICS_WORKSPACE_ID string = monitoring.outputs.workspaceId
output SERVICE_API_NAME string = names.app
output SERVICE_API_URI string = app.outputs.uri
output SERVICE_API_PRINCIPAL_ID string = identity.outputs.principalId
