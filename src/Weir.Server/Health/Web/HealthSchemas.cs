using Weir.Server.Http;

namespace Weir.Server.Health.Web;

/// <summary>JSON Schemas of the health API, for its description.</summary>
internal static class HealthSchemas
{
    public const string Tag = "health";

    public const string Text = """{"type":"string"}""";
    public const string TextOrNull = """{"type":["string","null"]}""";
    public const string TimeOrNull = """{"type":["string","null"],"format":"date-time"}""";

    public const string Progress =
        """{"type":"object","required":["objects_scanned","bytes_scanned","issues_detected","completion_percentage","scan_rate_ops","scan_rate_bps","elapsed_time","estimated_remaining"],"properties":{"objects_scanned":{"type":"integer"},"bytes_scanned":{"type":"integer"},"issues_detected":{"type":"integer"},"completion_percentage":{"type":["number","null"]},"scan_rate_ops":{"type":["number","null"]},"scan_rate_bps":{"type":["number","null"]},"elapsed_time":{"type":"string"},"estimated_remaining":{"type":["string","null"]}}}""";

    public const string ShortIssue =
        """{"type":"object","required":["issue_type","severity","bucket","object","description","detected_at"],"properties":{"issue_type":{"enum":["MissingShards","CorruptShards","MetadataInconsistent","SubQuorum","OrphanData","Misplaced","ForeignDrive","LegacyFormat","DriveFailure"]},"severity":{"enum":["Low","Medium","High","Critical"]},"bucket":{"type":"string"},"object":{"type":"string"},"description":{"type":"string"},"detected_at":{"type":"string","format":"date-time"}}}""";

    public const string Issue =
        """{"type":"object","required":["issue_id","issue_type","severity","bucket","object","description","detected_at"],"properties":{"issue_id":{"type":"string"},"issue_type":{"type":"string"},"severity":{"enum":["Low","Medium","High","Critical"]},"bucket":{"type":"string"},"object":{"type":"string"},"description":{"type":"string"},"detected_at":{"type":"string","format":"date-time"},"version_id":{"type":["string","null"]},"verdict":{"type":["string","null"]},"margin":{"type":["integer","null"]},"repairable":{"type":"boolean"},"pool":{"type":"integer"},"set":{"type":"integer"},"drives":{"type":"array","items":{"type":"string"}},"scan_id":{"type":["string","null"]},"incident_id":{"type":["string","null"]}}}""";

    public const string ScanState = """{"enum":["Queued","Scanning","Paused","Completed","Cancelled","Failed"]}""";

    public const string ScanStarted =
        """{"type":"object","required":["scan_id","status","estimated_duration","estimated_objects"],"properties":{"scan_id":{"type":"string"},"status":{"enum":["Started","Queued"]},"estimated_duration":{"type":["string","null"]},"estimated_objects":{"type":["integer","null"]}}}""";

    public const string ScanStatus =
        """{"type":"object","required":["scan_id","status","progress","issues"],"properties":{"scan_id":{"type":"string"},"status":""" + ScanState + ""","progress":""" + Progress + ""","issues":{"type":"array","items":""" + ShortIssue + "}}}";

    public const string ScanDetail =
        """{"type":"object","required":["scan_id","status","strategy","progress"],"properties":{"scan_id":{"type":"string"},"status":""" + ScanState + ""","strategy":{"type":"object"},"priority":{"type":"string"},"reason":{"type":"string"},"incident_id":{"type":["string","null"]},"requested_at":{"type":"string","format":"date-time"},"started_at":""" + TimeOrNull + ""","ended_at":""" + TimeOrNull + ""","resumes_at":""" + TimeOrNull + ""","progress":""" + Progress + ""","estimated_objects":{"type":["integer","null"]},"error":{"type":["string","null"]},"estimate":{"type":["object","null"]}}}""";

    public const string ScanRequest =
        """{"type":"object","required":["strategy"],"additionalProperties":false,"properties":{"strategy":{"type":"object","required":["type"],"additionalProperties":false,"properties":{"type":{"enum":["Full","Incremental","Smart","Targeted"]},"mode":{"enum":["Quick","Normal","Deep"]},"scope":{"type":"object","additionalProperties":false,"properties":{"buckets":{"type":"array","items":{"type":"string"}},"include_system_objects":{"type":"boolean"},"max_objects":{"type":"integer","minimum":1}}},"since":{"type":"string","format":"date-time"},"sample_rate":{"type":"number","exclusiveMinimum":0,"maximum":1},"favor_unscanned":{"type":"boolean"},"targets":{"type":"array","items":{"type":"object","additionalProperties":false,"properties":{"bucket":{"type":"string"},"object":{"type":"string"},"prefix":{"type":"string"},"drive":{"type":"string"}}}}}},"priority":{"enum":["Low","Normal","High","Critical","Emergency"]}}}""";

    public const string HealRequest =
        """{"type":"object","additionalProperties":false,"oneOf":[{"required":["bucket","object"]},{"required":["drive"]}],"properties":{"bucket":{"type":"string"},"object":{"type":"string"},"drive":{"type":"string","description":"The root of an empty drive in the place of a lost one, which is formatted and rebuilt."},"version_id":{"type":["string","null"]},"priority":{"enum":["Low","Normal","High","Critical","Emergency"]},"mode":{"enum":["Background","OnDemand","Emergency","RealTime"]},"max_retries":{"type":"integer","minimum":0,"maximum":100}}}""";

    public const string HealState = """{"enum":["Queued","Running","Retrying","Completed","Failed","Cancelled"]}""";

    public const string HealQueued =
        """{"type":"object","required":["heal_request_id","status","priority","estimated_start","queue_position"],"properties":{"heal_request_id":{"type":"string"},"status":""" + HealState + ""","priority":{"type":"string"},"estimated_start":""" + TimeOrNull + ""","queue_position":{"type":["integer","null"]}}}""";

    public const string HealResult =
        """{"type":["object","null"],"required":["success","shards_repaired","total_shards","duration","strategy_used","validation_results"],"properties":{"success":{"type":"boolean"},"shards_repaired":{"type":"integer"},"total_shards":{"type":"integer"},"duration":{"type":"string"},"strategy_used":{"enum":["DataShardRepair","ParityShardRepair","HybridRepair","MetadataRestore","FormatRestore",null]},"validation_results":{"type":"array","items":{"type":"object","required":["validation_type","passed","details","duration"],"properties":{"validation_type":{"type":"string"},"passed":{"type":"boolean"},"details":{"type":"string"},"duration":{"type":"string"}}}},"unrepaired_versions":{"type":"array","items":{"type":"object","properties":{"version_id":{"type":["string","null"]},"verdict":{"type":"string"},"reason":{"type":"string"}}}}}}""";

    public const string HealStatus =
        """{"type":"object","required":["heal_request_id","status","result"],"properties":{"heal_request_id":{"type":"string"},"status":""" + HealState + ""","result":""" + HealResult + "}}";

    public const string HealDetail =
        """{"type":"object","required":["heal_request_id","status","bucket","object","result"],"properties":{"heal_request_id":{"type":"string"},"status":""" + HealState + ""","bucket":{"type":"string"},"object":{"type":"string"},"version_id":{"type":["string","null"]},"drive":{"type":["string","null"]},"priority":{"type":"string"},"mode":{"type":"string"},"reason":{"type":"string"},"attempts":{"type":"integer"},"error":{"type":["string","null"]},"queue_position":{"type":["integer","null"]},"result":""" + HealResult + "}}";

    public const string Anything = """{"type":"object"}""";

    public static ApiResponse Stopped { get; } = ApiResponse.Error(503, "The health system does not run in this process, is stopped, or cannot reach its feed or its drives.");

    public static ApiResponse TooMany { get; } = ApiResponse.Error(429, "Too many changing calls, or a limit of the system is reached.");

    public static ApiResponse Malformed { get; } = ApiResponse.Error(400, "The body is not one JSON object, or a parameter is wrong.");

    public static ApiResponse Wrong { get; } = ApiResponse.Error(422, "A field is unknown, or its value makes no sense; the message names it.");

    /// <summary>A success of this data.</summary>
    public static ApiResponse Ok(string description, string data) => ApiResponse.Json(200, description, Envelope(data));

    public static string List(string name, string item) =>
        """{"type":"object","required":["@"],"properties":{"@":{"type":"array","items":""".Replace("@", name, StringComparison.Ordinal) + item + """},"total":{"type":"integer"},"next":{"type":["string","null"]}}}""";

    public static string Envelope(string data) =>
        """{"type":"object","required":["success","data","timestamp"],"properties":{"success":{"const":true},"data":""" + data + ""","timestamp":{"type":"string","format":"date-time"}}}""";
}
