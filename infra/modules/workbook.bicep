// A page in the portal, at the workspace's Workbooks: feeds, lag, counts, pauses, and what went wrong.
import { feedColumns, linesOf } from 'log-lines.bicep'

param location string
param tags { *: string }
param workspaceId string

var resourceType = 'microsoft.operationalinsights/workspaces'
var columns = join(feedColumns, ', ')
var byFeed = 'strcat_delim(" ", ${columns})'
var hour = 3600000

var charts = [
  {
    title: 'Feeds: how the last run ended, and when one last went well'
    shape: 'table'
    query: '${linesOf('run ended')} | extend state = tostring(line["state"]) | summarize arg_max(TimeGenerated, state), lastGood = maxif(TimeGenerated, state in ("succeeded", "partial")), runs = count(), failed = countif(state == "failed") by ${columns} | project lmsSource, feedKind, feedDestination, lastRun = TimeGenerated, state, lastGood, runs, failed | order by lastGood asc'
  }
  {
    title: 'Lag of the watermarks, in minutes'
    shape: 'timechart'
    query: '${linesOf('feed watermark')} | summarize lagMinutes = max(tolong(line["lagSeconds"])) / 60 by bin(TimeGenerated, 15m), feed = ${byFeed}'
  }
  {
    title: 'Records, and what became of them'
    shape: 'table'
    query: '${linesOf('run ended')} | extend counts = line["counts"] | summarize rows = sum(tolong(counts["read"])), sent = sum(tolong(counts["sent"])), unchanged = sum(tolong(counts["unchanged"])), skipped = sum(tolong(counts["skipped"])), quarantined = sum(tolong(counts["quarantined"])), deleted = sum(tolong(counts["deleted"])) by day = bin(TimeGenerated, 1d), ${columns} | order by day desc'
  }
  {
    title: 'Records sent'
    shape: 'barchart'
    query: '${linesOf('run ended')} | summarize sent = sum(tolong(line["counts"]["sent"])) by bin(TimeGenerated, 1d), feed = ${byFeed}'
  }
  {
    title: 'Pauses that systems asked for, in minutes of each hour'
    shape: 'timechart'
    query: '${linesOf('system asks for a pause')} | summarize minutes = sum(tolong(line["seconds"])) / 60.0 by bin(TimeGenerated, 1h), system = tostring(line["system"])'
  }
  {
    title: 'Pauses: with what answer, and until when'
    shape: 'table'
    query: '${linesOf('system asks for a pause')} | project TimeGenerated, system = tostring(line["system"]), why = tostring(line["why"]), seconds = tolong(line["seconds"]), until = todatetime(line["until"]) | order by TimeGenerated desc | take 100'
  }
  {
    title: 'Runs that failed, or delivered only a part'
    shape: 'table'
    query: '${linesOf('run ended')} | where tostring(line["state"]) in ("failed", "partial") | project TimeGenerated, lmsSource, feedKind, feedDestination, runId = tostring(line["runId"]), state = tostring(line["state"]), quarantined = tolong(line["counts"]["quarantined"]), error = tostring(line["error"]) | order by TimeGenerated desc | take 100'
  }
]

var timeRange = {
  type: 9
  name: 'time'
  content: {
    version: 'KqlParameterItem/1.0'
    style: 'pills'
    queryType: 0
    resourceType: resourceType
    parameters: [
      {
        id: guid('lms-bridge', 'TimeRange')
        version: 'KqlParameterItem/1.0'
        name: 'TimeRange'
        label: 'Time'
        type: 4
        isRequired: true
        value: { durationMs: 168 * hour }
        typeSettings: {
          selectableValues: map([24, 72, 168, 720], hours => { durationMs: hours * hour })
          allowCustom: true
        }
      }
    ]
  }
}

var items = [
  for (chart, i) in charts: {
    type: 3
    name: 'chart-${i}'
    content: {
      version: 'KqlItem/1.0'
      title: chart.title
      query: chart.query
      visualization: chart.shape
      size: 0
      timeContextFromParameter: 'TimeRange'
      queryType: 0
      resourceType: resourceType
      crossComponentResources: [workspaceId]
    }
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'lms-bridge')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'LMS Bridge'
    description: 'Feeds, lag, counts and pauses, from the app\'s log.'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat([timeRange], items)
      fallbackResourceIds: [workspaceId]
      '$schema': 'https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json'
    })
  }
}
