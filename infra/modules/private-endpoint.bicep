// A private address for one door of a resource, and the name that leads to it.
param name string
param location string
param tags { *: string }
param subnetId string
param networkId string
param targetId string
@description('The door, as Private Link names it.')
param door 'blob' | 'queue' | 'table' | 'vault'
param zoneName string

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags
}

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: zone
  name: name
  location: 'global'
  properties: {
    registrationEnabled: false
    virtualNetwork: { id: networkId }
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2026-03-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: door
        properties: {
          privateLinkServiceId: targetId
          groupIds: [door]
        }
      }
    ]
  }
}

resource record 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2026-03-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      { name: door, properties: { privateDnsZoneId: zone.id } }
    ]
  }
}
