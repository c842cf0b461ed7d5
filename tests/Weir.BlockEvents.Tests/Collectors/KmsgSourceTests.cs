using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Weir.BlockEvents.Collectors.Kernel;

namespace Weir.BlockEvents.Tests.Collectors;

/// <summary>With records from a socket, which gives one with each read as /dev/kmsg does.</summary>
public sealed class KmsgSourceTests : IDisposable
{
    private static readonly Guid Boot = Guid.Parse("0123456789abcdef0123456789abcdef");

    private readonly string _directory = Directory.CreateTempSubdirectory("weir-kmsg-").FullName;

    private readonly Socket _kernel = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    [Fact]
    public void Records_that_were_overwritten_are_counted()
    {
        using KmsgSource source = Open("");
        Log(10, 11, 15);
        var lines = new LineList();
        Assert.False(source.Read(lines));
        Assert.Equal(["line 10", "line 11", "line 15"], lines.Texts);
        Assert.Equal(3, lines.Lost);
        Log(16, 18);
        Assert.False(source.Read(lines));
        Assert.Equal(4, lines.Lost);
        Assert.Equal($"{Boot:N}:18", source.Cursor);
    }

    [Fact]
    public void Reading_goes_on_behind_the_place_and_what_is_gone_since_is_counted()
    {
        using KmsgSource source = Open($"{Boot:N}:11");
        var lines = new LineList();
        Log(9, 10, 11, 12, 20);
        source.Read(lines);
        Assert.Equal(["line 12", "line 20"], lines.Texts);
        Assert.Equal(7, lines.Lost);
    }

    [Fact]
    public void After_another_start_of_the_machine_all_is_new()
    {
        using KmsgSource source = Open($"{Guid.Empty:N}:11");
        var lines = new LineList();
        Log(0, 1);
        source.Read(lines);
        Assert.Equal(["line 0", "line 1"], lines.Texts);
        Assert.Equal(0, lines.Lost);
    }

    [Fact]
    public async Task Waiting_ends_with_the_next_record_and_garbage_costs_none()
    {
        using KmsgSource source = Open("");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        ValueTask<bool> waiting = source.WaitAsync(patience.Token);
        _kernel.Send(Encoding.ASCII.GetBytes("no record"));
        Assert.True(await waiting);
        _kernel.Send([255, 254, 0, 1]);
        Log(3);
        var lines = new LineList();
        source.Read(lines);
        Assert.Equal(["line 3"], lines.Texts);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.WaitAsync(patience.Token));
    }

    public void Dispose()
    {
        _kernel.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private KmsgSource Open(string cursor)
    {
        string path = Path.Combine(_directory, "kmsg");
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        socket.Bind(new UnixDomainSocketEndPoint(path));
        _kernel.Connect(new UnixDomainSocketEndPoint(path));
        // The handle is the source's from here on.
        var handle = new SafeFileHandle(socket.SafeHandle.DangerousGetHandle(), ownsHandle: true);
        socket.SafeHandle.SetHandleAsInvalid();
        return new(handle, Boot, cursor, fromEnd: false, TimeProvider.System);
    }

    private void Log(params int[] sequences)
    {
        foreach (int sequence in sequences) _kernel.Send(Encoding.ASCII.GetBytes($"6,{sequence},{1_000_000 + sequence},-;line {sequence}\n"));
    }
}
