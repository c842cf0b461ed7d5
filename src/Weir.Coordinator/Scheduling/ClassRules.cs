using System.Globalization;
using System.Text;
using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Scheduling;

/// <summary>A class ready for use: which requests are of it, and whose share each belongs to.</summary>
internal sealed class ClassRules
{
    private const ulong BlockingFlag = 4;

    private readonly byte[]? _contains;
    private readonly byte[] _fairHint;
    private readonly Dictionary<long, int> _weights = [];
    private readonly Dictionary<byte[], int> _textWeights = new(ByteStrings.Comparer);

    public ClassRules(SchedulingClass rules, int index)
    {
        Rules = rules;
        Index = (byte)index;
        _contains = rules.DataContains is null ? null : Encoding.UTF8.GetBytes(rules.DataContains);
        _fairHint = Encoding.UTF8.GetBytes(rules.FairTag + "=");
        foreach ((string owner, int weight) in rules.Weights)
        {
            if (rules.FairBy == FairBy.Tag) _textWeights[Encoding.UTF8.GetBytes(owner)] = weight;
            else if (long.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out long number)) _weights[number] = weight;
        }
    }

    public SchedulingClass Rules { get; }

    public byte Index { get; }

    /// <summary>Every class, the one for the rest last.</summary>
    public static ClassRules[] All(IReadOnlyList<SchedulingClass> classes, SchedulingClass rest) =>
        [.. classes.Append(rest).Select((rules, index) => new ClassRules(rules, index))];

    /// <summary>Whether its shares go by whose files requests are about.</summary>
    public bool GoesByOwner => Rules.FairBy is FairBy.Uid or FairBy.Gid or FairBy.Project;

    public bool Matches(ref RequestSlot request)
    {
        if (Rules.Actions.Count > 0 && !Rules.Actions.Contains(request.Action)) return false;
        if (Rules.Blocking is { } blocking && blocking != ((request.Flags & BlockingFlag) != 0)) return false;
        if (Rules.ArchiveIds.Count > 0 && !Rules.ArchiveIds.Contains(request.ArchiveId)) return false;
        return _contains is null || request.Data.AsSpan().IndexOf(_contains) >= 0;
    }

    /// <summary>Whose share the request waits in.</summary>
    public ShareKey ShareOf(ref RequestSlot request) => Rules.FairBy switch
    {
        FairBy.Uid => new(request.Owner.Uid, null),
        FairBy.Gid => new(request.Owner.Gid, null),
        FairBy.Project => new(request.Owner.ProjectId, null),
        FairBy.Tag => new(0, Hints.Find(request.Data, _fairHint).ToArray()),
        _ => default,
    };

    public int WeightOf(in ShareKey key) =>
        key.Text is null ? _weights.GetValueOrDefault(key.Number, 1) : _textWeights.GetValueOrDefault(key.Text, 1);

    /// <summary>For people: <c>uid 1000</c>; null without fair queueing.</summary>
    public string? NameOf(in ShareKey key) => Rules.FairBy switch
    {
        FairBy.None => null,
        FairBy.Tag => $"{Rules.FairTag}={key}",
        _ when key.Number == uint.MaxValue => "owners unknown",
        FairBy.Uid => $"uid {key}",
        FairBy.Gid => $"gid {key}",
        _ => $"project {key}",
    };
}
