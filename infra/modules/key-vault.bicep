// The only place of secrets. Who may read them is decided by roles alone.
param name string
param location string
param tags { *: string }
param publicAccess bool
param workspaceId string

@secure()
param secrets { *: string }
param secretNames string[]

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    networkAcls: {
      // Lets Resource Manager write the secrets below while the public network is shut.
      bypass: 'AzureServices'
      defaultAction: publicAccess ? 'Allow' : 'Deny'
    }
  }
}

resource secret 'Microsoft.KeyVault/vaults/secrets@2026-05-15' = [
  for secretName in secretNames: {
    parent: vault
    name: secretName
    properties: { value: secrets[secretName] }
  }
]

// The newest one without `preview` is of 2016 and knows no groups of categories.
#disable-next-line use-recent-api-versions
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [
      { categoryGroup: 'audit', enabled: true }
    ]
  }
}

output id string = vault.id
