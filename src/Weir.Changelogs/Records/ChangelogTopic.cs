using System.Text;
using Weir.Feed;

namespace Weir.Changelogs.Records;

/// <summary>Names of the feed's changelog topics, and of the records in them that no MDT wrote.</summary>
public static class ChangelogTopic
{
    /// <summary>What every changelog topic's name starts with; the MDT's name follows.</summary>
    public const string Prefix = "lustre:changelog:";

    /// <summary>Records that should be there and are not.</summary>
    public const string Gap = "GAP";

    /// <summary>Records that were left out as asked for, by a mask.</summary>
    public const string Omitted = "OMITTED";

    internal const int MaxMdtBytes = 100;

    /// <summary>The topic of an MDT.</summary>
    public static string Of(string mdt) => Prefix + mdt;

    /// <summary>The MDT of a topic.</summary>
    public static string MdtOf(string topic) => topic.StartsWith(Prefix, StringComparison.Ordinal) ? topic[Prefix.Length..] : topic;

    /// <summary>The number of the record that a feed record's id was made from.</summary>
    public static ulong IndexOf(RecordId id) => id.Sequence;

    /// <summary>Whether the name can be an MDT's: it becomes part of a device's path and of a topic's name.</summary>
    public static bool IsMdtName(string name) => name.Length is > 0 and <= MaxMdtBytes && Encoding.UTF8.GetByteCount(name) <= MaxMdtBytes
        && name[0] is not ('.' or '-') && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
