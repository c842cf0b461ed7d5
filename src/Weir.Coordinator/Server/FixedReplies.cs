using System.Text;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Server;

/// <summary>Answers that never differ, written once.</summary>
internal static class FixedReplies
{
    public static readonly byte[] Auth = Make("auth", 0, "");
    public static readonly byte[] Ehlo = Make("ehlo", 0, "");
    public static readonly byte[] EhloTwice = Make("ehlo", ErrorNumber.Invalid, "Client cannot send EHLO twice");
    public static readonly byte[] EhloIdUsed = Make("ehlo", ErrorNumber.Exists, "id already used by another client");
    public static readonly byte[] EhloTooMany = Make("ehlo", ErrorNumber.TryAgain, "too many clients");
    public static readonly byte[] EhloNotPermitted = Make("ehlo", ErrorNumber.NotPermitted, "id not permitted");
    public static readonly byte[] EhloNoArchive = Make("ehlo", ErrorNumber.NotPermitted, "no archive id permitted");

    /// <summary>The original names the wrong command here, and so do we.</summary>
    public static readonly byte[] EhloBadArchiveId = Make("done", ErrorNumber.Invalid, "Bad archive id in list");

    public static readonly byte[] RecvTooSmall = Make("recv", ErrorNumber.Invalid, "Buffer too small");
    public static readonly byte[] RecvNotReady = Make("recv", ErrorNumber.Invalid, "Client must send EHLO first and not already be in RECV");
    public static readonly byte[] Done = Make("done", 0, "");
    public static readonly byte[] DoneNoKey = Make("done", ErrorNumber.Invalid, "cookie or fid not set -- old client?");
    public static readonly byte[] QueueNoItems = Make("queue", ErrorNumber.Invalid, "No hsm_action_items set");
    public static readonly byte[] QueueBadFsName = Make("queue", ErrorNumber.Invalid, "Bad fsname");
    public static readonly byte[] Lock = Make("lock", 0, "");
    public static readonly byte[] LockInvalid = Make("lock", -ErrorNumber.Invalid, "invalid locked value");
    public static readonly byte[] WhyNoKey = Make("why", ErrorNumber.Invalid, "no cookie set");
    public static readonly byte[] WhyUnknown = Make("why", ErrorNumber.NoEntry, "not known");

    public static byte[] NotPermitted(CommandKind command) => Make(command.ToString().ToLowerInvariant(), ErrorNumber.NotPermitted, "not permitted");

    public static byte[] Queued(long enqueued, long skipped, int status, ReadOnlySpan<byte> error)
    {
        var json = new JsonComposer(128);
        ReplyWriter.WriteQueue(json, enqueued, skipped, status, error);
        return json.Written.ToArray();
    }

    private static byte[] Make(string command, int status, string error)
    {
        var json = new JsonComposer(128);
        ReplyWriter.Write(json, Encoding.ASCII.GetBytes(command), status, Encoding.ASCII.GetBytes(error));
        return json.Written.ToArray();
    }
}
