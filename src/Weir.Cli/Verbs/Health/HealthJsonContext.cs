using System.Text.Json.Serialization;

namespace Weir.Cli.Verbs.Health;

/// <summary>What verbs send as JSON.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class HealthJsonContext : JsonSerializerContext;
