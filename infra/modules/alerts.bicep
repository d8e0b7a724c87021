// What an operator is woken for. The rules read the app's own log lines.
import { feedColumns, linesOf } from 'log-lines.bicep'

param nameSuffix string
param location string
param tags { *: string }
param workspaceId string
@description('Empty: alerts are raised, and nobody is written to.')
param email string
param watermarkMaxAgeMinutes int

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${nameSuffix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'lmsbridge'
    enabled: true
    emailReceivers: empty(email)
      ? []
      : [
          { name: 'operators', emailAddress: email, useCommonAlertSchema: true }
        ]
  }
}

var byFeed = [for column in feedColumns: { name: column, operator: 'Include', values: ['*'] }]
var bySystem = [{ name: 'system', operator: 'Include', values: ['*'] }]
var columns = join(feedColumns, ', ')

var rules = [
  {
    name: 'run-failed'
    title: 'A run failed'
    description: 'GET /api/runs?state=failed says why; POST /api/resync starts another.'
    severity: 1
    query: '${linesOf('run ended')} | where tostring(line["state"]) == "failed"'
    window: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: byFeed
  }
  {
    name: 'watermark-old'
    title: 'A watermark is old'
    description: 'A feed has not been delivered for longer than allowed: GET /api/watermarks and GET /api/runs.'
    severity: 2
    query: '${linesOf('feed watermark')} | extend lagSeconds = tolong(line["lagSeconds"]) | summarize arg_max(TimeGenerated, lagSeconds) by ${columns} | where lagSeconds > ${watermarkMaxAgeMinutes * 60}'
    window: 'PT30M'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: byFeed
  }
  {
    name: 'long-pause'
    title: 'A system asks for long pauses'
    description: 'A source or a destination asked to be left alone for more than half an hour of the last hour: GET /api/pauses says until when, and with what answer.'
    severity: 3
    query: '${linesOf('system asks for a pause')} | extend system = tostring(line["system"]) | summarize TimeGenerated = max(TimeGenerated), pausedSeconds = sum(tolong(line["seconds"])) by system | where pausedSeconds > 1800'
    window: 'PT1H'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: bySystem
  }
  {
    name: 'all-skipped'
    title: 'A run skipped all that it read'
    description: 'Nothing of at least 20 records could be sent: skippedBecause of the run says why, its error what to set.'
    severity: 2
    query: '${linesOf('run ended')} | extend rows = tolong(line["counts"]["read"]), skipped = tolong(line["counts"]["skipped"]) | where rows >= 20 and skipped == rows'
    window: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: byFeed
  }
  {
    name: 'message-abandoned'
    title: 'A message went to a poison queue'
    description: 'A part of a run, an event or rows of enrolments failed five times and were given up; the log says which.'
    severity: 2
    query: linesOf('message abandoned')
    window: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: []
  }
  {
    name: 'no-sweep'
    title: 'No sweep for 15 minutes'
    description: 'The app does not run, or cannot reach its storage: GET /api/health and the log stream.'
    severity: 1
    query: linesOf('sweep done')
    window: 'PT15M'
    operator: 'LessThan'
    threshold: 1
    dimensions: []
  }
]

resource rule 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for entry in rules: {
    name: '${entry.name}-${nameSuffix}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'LMS Bridge: ${entry.title}'
      description: entry.description
      enabled: true
      severity: entry.severity
      scopes: [workspaceId]
      // A rule costs by how often it looks, so that only what cannot wait is looked at often.
      evaluationFrequency: entry.severity == 1 ? 'PT5M' : 'PT15M'
      windowSize: entry.window
      autoMitigate: true
      // The table fills only after the first deployment.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: entry.query
            timeAggregation: 'Count'
            operator: entry.operator
            threshold: entry.threshold
            dimensions: entry.dimensions
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [operators.id] }
    }
  }
]
