// A network for the app, and private endpoints for what it keeps its data and secrets in.
param name string
param location string
param tags { *: string }
param storageAccountId string
param vaultId string

var storageSuffix = environment().suffixes.storage
var doors = [
  { door: 'blob', target: storageAccountId, zone: 'privatelink.blob.${storageSuffix}' }
  { door: 'queue', target: storageAccountId, zone: 'privatelink.queue.${storageSuffix}' }
  { door: 'table', target: storageAccountId, zone: 'privatelink.table.${storageSuffix}' }
  {
    door: 'vault'
    target: vaultId
    zone: 'privatelink${replace(environment().suffixes.keyvaultDns, 'vault', 'vaultcore')}'
  }
]

resource network 'Microsoft.Network/virtualNetworks@2026-03-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.0.0.0/16'] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.0.0.0/24'
          // Flex Consumption asks for this delegation.
          delegations: [
            { name: 'app', properties: { serviceName: 'Microsoft.App/environments' } }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.0.1.0/24'
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

module endpoint 'private-endpoint.bicep' = [
  for entry in doors: {
    params: {
      name: 'pe-${entry.door}-${name}'
      location: location
      tags: tags
      subnetId: '${network.id}/subnets/endpoints'
      networkId: network.id
      targetId: entry.target
      door: entry.door
      zoneName: entry.zone
    }
  }
]
