using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Weir.Hsm.Rules;

/// <summary>A rule that applied.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Time">When it was noticed.</param>
/// <param name="Mdt">On which MDT.</param>
/// <param name="Subject">What the repeat interval counts for: an action's fid and cookie, or for a burst the MDT.</param>
/// <param name="Fid">The file; empty for a burst.</param>
/// <param name="Action">The action's name; empty for a burst.</param>
/// <param name="Status">The status' name; empty for a burst.</param>
/// <param name="Cookie">Null when nobody has told, and for a burst.</param>
/// <param name="Since">Since when the action has its status; of a burst, the first of its actions.</param>
/// <param name="Count">Of a burst, how many actions there were; otherwise 1.</param>
public sealed record RuleHit(
    ActionRule Rule, DateTimeOffset Time, string Mdt, string Subject, string Fid, string Action, string Status, ulong? Cookie, DateTimeOffset? Since, int Count)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => Rule.On == RuleTrigger.Burst
        ? string.Create(CultureInfo.InvariantCulture, $"{Rule.Name}: {Count} actions on {Mdt} since {Since:u}")
        : string.Create(CultureInfo.InvariantCulture, $"{Rule.Name}: {Mdt} {Action} {Status} {Fid}{(Since is { } since ? $" since {since:u}" : "")}");

    /// <summary>The hit as a CloudEvents 1.0 object in JSON.</summary>
    public byte[] ToCloudEvent()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", string.Create(CultureInfo.InvariantCulture, $"{Rule.Name}/{Subject}/{Time.ToUnixTimeMilliseconds()}"));
            json.WriteString("source", $"/hsm/rules/{Uri.EscapeDataString(Rule.Name)}");
            json.WriteString("type", $"io.weir.hsm.rule.{NameOf(Rule.On)}");
            json.WriteString("subject", Subject);
            json.WriteString("time", Time.UtcDateTime);
            json.WriteString("datacontenttype", "application/json");
            json.WriteStartObject("data");
            json.WriteString("rule", Rule.Name);
            json.WriteString("mdt", Mdt);
            json.WriteNumber("count", Count);
            if (Fid.Length > 0)
            {
                json.WriteString("fid", Fid);
                json.WriteString("action", Action);
                json.WriteString("status", Status);
            }

            if (Cookie is { } cookie) json.WriteString("cookie", string.Create(CultureInfo.InvariantCulture, $"0x{cookie:x}"));
            if (Since is { } since) json.WriteNumber("since", since.ToUnixTimeSeconds());
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>As a rules file and a CloudEvent's type write it.</summary>
    public static string NameOf(RuleTrigger trigger) => trigger switch
    {
        RuleTrigger.Failed => "failed",
        RuleTrigger.Stuck => "stuck",
        _ => "burst",
    };

}
