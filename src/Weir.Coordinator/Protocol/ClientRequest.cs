using Weir.Lustre;

namespace Weir.Coordinator.Protocol;

/// <summary>A client's message, without its items. One is filled again and again by <see cref="RequestReader"/>.</summary>
public sealed class ClientRequest
{
    /// <summary>The receive buffer of a client that does not say how large its is, in bytes; Lustre's own.</summary>
    public const long DefaultMaxBytes = 1024 * 1024;

    /// <summary>How much is said to a client that does not say how much it wants: LLAPI_MSG_NORMAL.</summary>
    public const long DefaultVerbosity = 4;

    private readonly List<int> _archiveIds = [];

    public CommandKind Command { get; internal set; }

    /// <summary>The name that an agent keeps when it connects again; null when it has none.</summary>
    public string? Id { get; internal set; }

    public string? FsName { get; internal set; }

    /// <summary>The shared secret that shows who the peer is; null when it shows none.</summary>
    public string? Token { get; internal set; }

    /// <summary>The archives that the agent serves; empty: all.</summary>
    public IReadOnlyList<int> ArchiveIds => _archiveIds;

    /// <summary>Whether something among the archive ids is no positive integer.</summary>
    public bool HasBadArchiveId { get; internal set; }

    /// <summary>Whether the peer understands <c>hai_data_b64</c>.</summary>
    public bool AcceptsBase64 { get; internal set; }

    /// <summary>Whether an agent said what it is running.</summary>
    public bool HasRunningList { get; internal set; }

    /// <summary>Whether there was something to queue.</summary>
    public bool HasItems { get; internal set; }

    /// <summary>Whether what should be a list of items is none.</summary>
    public bool HasBadItems { get; internal set; }

    /// <summary>How much of each kind an agent runs at most, what it runs already included; negative: any number.</summary>
    public long MaxArchive { get; internal set; }

    public long MaxRestore { get; internal set; }

    public long MaxRemove { get; internal set; }

    public long MaxBytes { get; internal set; }

    public ulong Cookie { get; internal set; }

    public Fid DataFid { get; internal set; }

    /// <summary>Whether both the cookie and the fid are there and are what they should be.</summary>
    public bool HasKey => HasCookie && HasDataFid;

    public bool HasCookie { get; internal set; }

    internal bool HasDataFid { get; set; }

    /// <summary>What came of the request: 0 or an errno.</summary>
    public long Status { get; internal set; }

    public long Verbosity { get; internal set; }

    /// <summary>Whether the peer wants what the original's status does not have.</summary>
    public bool WantsDetails { get; internal set; }

    public long Locked { get; internal set; }

    internal void AddArchiveId(int id) => _archiveIds.Add(id);

    internal void ClearArchiveIds()
    {
        _archiveIds.Clear();
        HasBadArchiveId = false;
    }

    internal void Reset()
    {
        ClearArchiveIds();
        Command = CommandKind.Unknown;
        Id = FsName = Token = null;
        AcceptsBase64 = HasRunningList = HasItems = HasBadItems = HasCookie = HasDataFid = WantsDetails = false;
        MaxArchive = MaxRestore = MaxRemove = -1;
        MaxBytes = DefaultMaxBytes;
        Cookie = 0;
        DataFid = default;
        Status = Locked = 0;
        Verbosity = DefaultVerbosity;
    }
}
