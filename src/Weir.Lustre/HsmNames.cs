namespace Weir.Lustre;

/// <summary>The kernel's names of actions and states, both ways. They are upper case, always.</summary>
public static class HsmNames
{
    /// <summary><see cref="HsmAction.Unknown"/> for any name the kernel does not print.</summary>
    public static HsmAction ParseAction(ReadOnlySpan<byte> name) => name.Length switch
    {
        7 when name.SequenceEqual("ARCHIVE"u8) => HsmAction.Archive,
        7 when name.SequenceEqual("RESTORE"u8) => HsmAction.Restore,
        6 when name.SequenceEqual("REMOVE"u8) => HsmAction.Remove,
        6 when name.SequenceEqual("CANCEL"u8) => HsmAction.Cancel,
        4 when name.SequenceEqual("NOOP"u8) => HsmAction.Noop,
        _ => HsmAction.Unknown,
    };

    /// <summary><see cref="HsmStatus.Unknown"/> for any name the kernel does not print.</summary>
    public static HsmStatus ParseStatus(ReadOnlySpan<byte> name) => name.Length switch
    {
        7 when name.SequenceEqual("WAITING"u8) => HsmStatus.Waiting,
        7 when name.SequenceEqual("STARTED"u8) => HsmStatus.Started,
        7 when name.SequenceEqual("SUCCEED"u8) => HsmStatus.Succeed,
        6 when name.SequenceEqual("FAILED"u8) => HsmStatus.Failed,
        8 when name.SequenceEqual("CANCELED"u8) => HsmStatus.Canceled,
        _ => HsmStatus.Unknown,
    };

    public static ReadOnlySpan<byte> Utf8(HsmAction action) => action switch
    {
        HsmAction.Noop => "NOOP"u8,
        HsmAction.Archive => "ARCHIVE"u8,
        HsmAction.Restore => "RESTORE"u8,
        HsmAction.Remove => "REMOVE"u8,
        HsmAction.Cancel => "CANCEL"u8,
        _ => "UNKNOWN"u8,
    };

    public static ReadOnlySpan<byte> Utf8(HsmStatus status) => status switch
    {
        HsmStatus.Waiting => "WAITING"u8,
        HsmStatus.Started => "STARTED"u8,
        HsmStatus.Failed => "FAILED"u8,
        HsmStatus.Canceled => "CANCELED"u8,
        HsmStatus.Succeed => "SUCCEED"u8,
        _ => "UNKNOWN"u8,
    };

    public static string Text(HsmAction action) => action switch
    {
        HsmAction.Noop => "NOOP",
        HsmAction.Archive => "ARCHIVE",
        HsmAction.Restore => "RESTORE",
        HsmAction.Remove => "REMOVE",
        HsmAction.Cancel => "CANCEL",
        _ => "UNKNOWN",
    };

    public static string Text(HsmStatus status) => status switch
    {
        HsmStatus.Waiting => "WAITING",
        HsmStatus.Started => "STARTED",
        HsmStatus.Failed => "FAILED",
        HsmStatus.Canceled => "CANCELED",
        HsmStatus.Succeed => "SUCCEED",
        _ => "UNKNOWN",
    };
}
