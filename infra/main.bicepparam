// What azd deploys with: everything comes from the azd environment (`azd env set NAME VALUE`).
using 'main.bicep'

var memorySizes = { '512': 512, '2048': 2048, '4096': 4096 }
var secretValues = json(readEnvironmentVariable('LMS_BRIDGE_SECRETS', '{}'))

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param appSettings = json(readEnvironmentVariable('LMS_BRIDGE_APP_SETTINGS', '{}'))
param secrets = secretValues
param secretNames = objectKeys(secretValues)
param alertEmail = readEnvironmentVariable('LMS_BRIDGE_ALERT_EMAIL', '')
param watermarkMaxAgeMinutes = int(readEnvironmentVariable('LMS_BRIDGE_WATERMARK_MAX_AGE_MINUTES', '120'))
param entraClientId = readEnvironmentVariable('LMS_BRIDGE_ENTRA_CLIENT_ID', '')
param networkIsolation = bool(readEnvironmentVariable('LMS_BRIDGE_NETWORK_ISOLATION', 'false'))
param storageSku = readEnvironmentVariable('LMS_BRIDGE_STORAGE_SKU', 'Standard_LRS')
param maximumInstanceCount = int(readEnvironmentVariable('LMS_BRIDGE_MAXIMUM_INSTANCE_COUNT', '40'))
param instanceMemoryMB = memorySizes[readEnvironmentVariable('LMS_BRIDGE_INSTANCE_MEMORY_MB', '2048')]
param logRetentionDays = int(readEnvironmentVariable('LMS_BRIDGE_LOG_RETENTION_DAYS', '30'))
