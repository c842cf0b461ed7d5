using Weir.Coordinator.Protocol;
using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Server;

/// <summary>What a connection tells the core.</summary>
internal enum InboundKind : byte
{
    /// <summary>A client's message.</summary>
    Message,

    /// <summary>A part of a long list of items to queue; the message itself comes later.</summary>
    QueuePart,

    /// <summary>The connection is there.</summary>
    Opened,

    /// <summary>The connection is gone.</summary>
    Closed,
}

/// <summary>One message, read. The frequent ones need nothing beyond this.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Command">Of a message.</param>
/// <param name="Key">Of <c>done</c> and <c>why</c>.</param>
/// <param name="HasKey">Whether the key was whole.</param>
/// <param name="Status">Of <c>done</c>.</param>
/// <param name="Content">Of anything that has more to it.</param>
internal readonly record struct Inbound(InboundKind Kind, CommandKind Command = default, RequestKey Key = default, bool HasKey = false, int Status = 0, object? Content = null);

/// <summary><c>recv</c>.</summary>
internal sealed record RecvContent(Core.ReceiveLimits Limits);

/// <summary><c>ehlo</c>.</summary>
internal sealed record EhloContent(string? Id, IReadOnlyList<int> ArchiveIds, bool HasBadArchiveId, bool AcceptsBase64, ItemStage? Running);

/// <summary><c>queue</c>.</summary>
internal sealed record QueueContent(bool HasItems, bool HasBadItems, string? FsName, ItemStage? Items);

/// <summary><c>status</c>.</summary>
internal sealed record StatusContent(long Verbosity, bool WantsDetails);

/// <summary><c>lock</c>.</summary>
internal sealed record LockContent(long Locked);
