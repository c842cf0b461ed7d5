using System.Globalization;
using System.Net;
using Weir.Coordinator.Scheduling;
using Weir.Lustre;
using Weir.Server.Configuration;

namespace Weir.Server.Coordinator;

/// <summary>How the configuration writes what the coordinator's options are made of. What cannot be meant is a <see cref="FormatException"/>.</summary>
internal static class CoordinatorText
{
    /// <summary>Where to listen or connect: <c>HOST:PORT</c>, <c>[::1]:5123</c>, <c>*:5123</c>.</summary>
    public static (string Host, int Port) ParsePlace(string text)
    {
        int colon = text.LastIndexOf(':');
        string host = colon > 0 ? text[..colon] : "";
        bool isBracketed = host is ['[', .., ']'];
        bool isPlace = host.Length > 0 && (isBracketed || !host.Contains(':', StringComparison.Ordinal));
        if (!isPlace || !ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            throw new FormatException($"'{text}' is not HOST:PORT, such as 127.0.0.1:5123, [::1]:5123 or *:5123");
        return (isBracketed ? host[1..^1] : host, port);
    }

    /// <summary>Whether only this machine can reach the place. A name other than localhost counts as reachable.</summary>
    public static bool IsLoopback(string place)
    {
        string host = ParsePlace(place).Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
    }

    public static TimeSpan ParseDuration(string text) =>
        Duration.TryParse(text, out TimeSpan duration) ? duration : throw new FormatException($"'{text}' is not {Duration.Expected}");

    /// <summary><c>TAG HOST…</c>, or <c>TAG= N HOST…</c> where the hash of the tag's value decides.</summary>
    public static HostMapping ParseMapping(string text)
    {
        string[] words = Words(text);
        if (words.Length >= 2 && words[0][^1] == '=' && ulong.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong groups))
        {
            if (words.Length == 2) throw new FormatException($"'{text}' names no host");
            return new(words[0], words[2..]) { IsConsistent = true, Groups = groups };
        }

        return words.Length >= 2 ? new(words[0], words[1..]) : throw new FormatException($"'{text}' is not TAG HOST…, or TAG= N HOST…");
    }

    public static string Format(HostMapping mapping) =>
        string.Join(' ', [mapping.Tag, .. mapping.IsConsistent ? [mapping.Groups.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(), .. mapping.Hosts]);

    /// <summary><c>NAME PER-SECOND [BURST]</c>.</summary>
    public static (string Name, RateLimit Limit) ParseRate(string text)
    {
        string[] words = Words(text);
        double rate = 0;
        int burst = 1;
        bool isRate = words.Length is 2 or 3 && double.TryParse(words[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out rate) && rate is > 0 and <= 1e9;
        if (isRate && words.Length == 3) isRate = int.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out burst) && burst is >= 1 and <= 1_000_000_000;
        return isRate ? (words[0], new(rate, burst)) : throw new FormatException($"'{text}' is not NAME PER-SECOND [BURST], such as 1 50 200");
    }

    public static string Format(RateLimit rate) => string.Create(CultureInfo.InvariantCulture, $"{rate.PerSecond} {rate.Burst}");

    /// <summary>
    /// <c>NAME KEY=VALUE…</c>: <c>actions=restore,archive blocking=true archives=1,2 data=TEXT fair=uid|gid|project|tag:NAME weights=1000:5,…
    /// requeue=time stuck=1h</c>.
    /// </summary>
    public static SchedulingClass ParseClass(string text)
    {
        string[] words = Words(text);
        if (words.Length == 0) throw new FormatException("a class has a name");
        SchedulingClass result = new() { Name = words[0] };
        foreach (string word in words.Skip(1))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string key = equals > 0 ? word[..equals] : word, value = equals > 0 ? word[(equals + 1)..] : "";
            result = key switch
            {
                "actions" => result with { Actions = [.. value.Split(',').Select(ParseAction)] },
                "blocking" when value is "true" or "false" => result with { Blocking = value == "true" },
                "archives" => result with { ArchiveIds = [.. value.Split(',').Select(ParseNumber)] },
                "data" when value.Length > 0 => result with { DataContains = value },
                "fair" => ParseFair(result, value),
                "weights" => result with { Weights = value.Split(',').Select(ParseWeight).ToDictionary() },
                "requeue" when value == "time" => result with { RequeueByTime = true },
                "stuck" => result with { StuckAfter = ParseDuration(value) },
                _ => throw new FormatException($"'{word}' in '{text}' cannot be meant; there are actions= blocking= archives= data= fair= weights= requeue=time stuck="),
            };
        }

        return result;
    }

    public static string Format(SchedulingClass one)
    {
        var words = new List<string> { one.Name };
        if (one.Actions.Count > 0) words.Add("actions=" + string.Join(',', one.Actions.Select(action => HsmNames.Text(action).ToLowerInvariant())));
        if (one.Blocking is { } blocking) words.Add(blocking ? "blocking=true" : "blocking=false");
        if (one.ArchiveIds.Count > 0) words.Add("archives=" + string.Join(',', one.ArchiveIds));
        if (one.DataContains is not null) words.Add("data=" + one.DataContains);
        if (one.FairBy != FairBy.None) words.Add("fair=" + (one.FairBy == FairBy.Tag ? $"tag:{one.FairTag}" : one.FairBy.ToString().ToLowerInvariant()));
        if (one.Weights.Count > 0) words.Add("weights=" + string.Join(',', one.Weights.Select(weight => string.Create(CultureInfo.InvariantCulture, $"{weight.Key}:{weight.Value}"))));
        if (one.RequeueByTime) words.Add("requeue=time");
        if (one.StuckAfter is { } stuck) words.Add("stuck=" + Duration.Format(stuck));
        return string.Join(' ', words);
    }

    private static SchedulingClass ParseFair(SchedulingClass one, string value) => value switch
    {
        "uid" => one with { FairBy = FairBy.Uid },
        "gid" => one with { FairBy = FairBy.Gid },
        "project" => one with { FairBy = FairBy.Project },
        _ when value.StartsWith("tag:", StringComparison.Ordinal) && value.Length > 4 => one with { FairBy = FairBy.Tag, FairTag = value[4..] },
        _ => throw new FormatException($"fair={value} is none of uid, gid, project and tag:NAME"),
    };

    private static KeyValuePair<string, int> ParseWeight(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int weight) && weight is >= 1 and <= 1000
            ? new(text[..colon], weight)
            : throw new FormatException($"'{text}' is not WHO:WEIGHT, with a weight of 1 to 1000");
    }

    private static HsmAction ParseAction(string text) => text switch
    {
        "archive" => HsmAction.Archive,
        "restore" => HsmAction.Restore,
        "remove" => HsmAction.Remove,
        _ => throw new FormatException($"'{text}' is none of archive, restore and remove"),
    };

    private static uint ParseNumber(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number > 0 ? number : throw new FormatException($"'{text}' is not an archive id");

    private static string[] Words(string text) => text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
