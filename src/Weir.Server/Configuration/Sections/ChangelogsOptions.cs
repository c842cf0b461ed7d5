using Weir.Changelogs.Records;
using Weir.Lustre.Changelog;

namespace Weir.Server.Configuration.Sections;

/// <summary>An MDT whose changelog is followed.</summary>
/// <param name="Mdt">Its name, as <c>testfs-MDT0000</c>.</param>
/// <param name="User">The changelog user to clear for, as <c>cl1</c>; null: nothing is cleared.</param>
public sealed record FollowedMdt(string Mdt, string? User)
{
    /// <summary>Reads <c>MDT</c> or <c>MDT:USER</c>; what is wrong with it otherwise.</summary>
    public static FollowedMdt? Parse(string text, out string problem)
    {
        string[] parts = text.Split(':', 2);
        problem = !ChangelogTopic.IsMdtName(parts[0]) ? $"'{parts[0]}' is not an MDT's name, which is like testfs-MDT0000"
            : parts.Length > 1 && !ChangelogUser.TryParseId(parts[1], out _) ? $"'{parts[1]}' is not a changelog user, which is like cl1" : "";
        return problem.Length == 0 ? new(parts[0], parts.Length > 1 ? parts[1] : null) : null;
    }

    public override string ToString() => User is null ? Mdt : $"{Mdt}:{User}";
}

/// <summary>Section <c>changelogs</c>: bringing the changelogs of MDTs into the feed.</summary>
public sealed class ChangelogsOptions
{
    private const string Section = "changelogs";
    private const int MostMdts = 1024;

    /// <summary>The MDTs, each with its user.</summary>
    public IReadOnlyList<FollowedMdt> Mdts { get; set; } = [];

    /// <summary>Which records go into the feed, as the configuration writes it.</summary>
    public string MaskText { get; set; } = "ALL";

    public ChangelogMask Mask { get; set; } = ChangelogMask.Everything;

    /// <summary>The section's keys.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys { get; } =
    [
        ConfigurationKey.List(
            Section, "mdts", "The MDTs to follow, each as MDT or MDT:USER; for a user, what is durable here is cleared there.", MostMdts,
            item => FollowedMdt.Parse(item, out string problem) is null ? problem : null,
            (options, items) => options.Changelogs.Mdts = [.. items.Select(item => FollowedMdt.Parse(item, out _)!)],
            options => [.. options.Changelogs.Mdts.Select(mdt => mdt.ToString())]),
        ConfigurationKey.Scalar(
            Section, "mask", "Record types: CREAT,UNLNK; ALL, DEFAULT; +OPEN,-CLOSE change DEFAULT.",
            (options, text) =>
            {
                if (!ChangelogMask.TryParse(text, out ChangelogMask mask, out string problem)) return problem;
                options.Changelogs.Mask = mask;
                options.Changelogs.MaskText = text;
                return null;
            },
            options => options.Changelogs.MaskText),
    ];
}
