namespace Weir.Coordinator.Agents;

/// <summary>A coordinator's answer, without its items. Reused by the connection that read it.</summary>
public sealed class CoordinatorReply
{
    /// <summary>What was asked: <c>ehlo</c>, <c>recv</c>, …</summary>
    public string Command { get; internal set; } = "";

    /// <summary>0 when it went well.</summary>
    public long Status { get; internal set; }

    public string Error { get; internal set; } = "";

    public long Enqueued { get; internal set; }

    public long Skipped { get; internal set; }

    /// <summary>The whole answer as it came. Valid until the next one is read.</summary>
    public ReadOnlyMemory<byte> Json { get; internal set; }

    /// <summary>Of work that is handed out.</summary>
    public uint ArchiveId { get; internal set; }

    public ulong Flags { get; internal set; }

    public string FsName { get; internal set; } = "";

    /// <exception cref="CoordinatorException">It did not go well.</exception>
    public CoordinatorReply ThrowIfRefused() => Status == 0 ? this : throw new CoordinatorException(Command, Status, Error);
}
