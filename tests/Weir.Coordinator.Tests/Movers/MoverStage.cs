using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using Weir.Coordinator.Movers;
using Weir.Coordinator.Movers.Posix;
using Weir.Coordinator.Requests;
using Weir.Lab.Movers;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Movers;

/// <summary>A file system of the lab's, an archive and a mover between them; what the MDT says can be played.</summary>
internal sealed class MoverStage : IHsmFileSystem
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly DirectoryFileSystem _files;
    private readonly ConcurrentQueue<ActionReport> _reports = new();
    private readonly SemaphoreSlim _ended = new(0);
    private readonly string _root = Directory.CreateTempSubdirectory("weir-mover-").FullName;
    private Mover? _mover;
    private ulong _cookie;

    public MoverStage()
    {
        _files = new(Path.Combine(_root, "mount"));
        ArchivePath = Directory.CreateDirectory(Path.Combine(_root, "archive")).FullName;
    }

    public string MountPoint => _files.MountPoint;

    public string ArchivePath { get; set; }

    public ArchiveLayout Layout { get; init; } = ArchiveLayout.V1;

    public bool MustBeMounted { get; init; }

    /// <summary>The archive's clock.</summary>
    public TimeProvider ArchiveTime { get; init; } = TimeProvider.System;

    public MoverOptions Options { get; init; } = new() { Retries = new() { FirstDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(2) }, ProgressInterval = TimeSpan.Zero };

    /// <summary>What the MDT answers to progress; asked at every piece that is copied.</summary>
    public Func<HsmRequest, int> Progress { get; set; } = _ => 0;

    /// <summary>The errno that a begin fails with; 0: it goes well.</summary>
    public Func<HsmRequest, int> BeginErrno { get; set; } = _ => 0;

    /// <summary>Ends that the MDT has heard: cookie, errno, whether it may send it again.</summary>
    public ConcurrentQueue<(ulong Cookie, int Errno, bool MayRetry)> Ends { get; } = new();

    public int Begins { get; private set; }

    public int Abandoned { get; private set; }

    /// <summary>Another than the POSIX mover.</summary>
    public IActionMover? Custom { get; set; }

    public Mover Mover => _mover ??= Start();

    public static Fid Fid(uint file) => new(0x200000401, file, 0);

    public string PathOf(uint file) => _files.PathOf(Fid(file));

    public string CopyOf(uint file) => Path.Combine(ArchivePath, ArchivePlace.Of(Fid(file), Layout).ToString());

    /// <summary>Everything below the archive that is no directory.</summary>
    public string[] ArchiveFiles => [.. Directory.EnumerateFiles(ArchivePath, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public byte[] Write(uint file, int bytes, int seed = 1)
    {
        byte[] content = new byte[bytes];
        new Random(seed).NextBytes(content);
        File.WriteAllBytes(PathOf(file), content);
        return content;
    }

    public static string Sum(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public HsmRequest Request(HsmAction action, uint file) => new() { Action = action, Fid = Fid(file), DataFid = Fid(file), Cookie = ++_cookie, ArchiveId = 1, ExtentLength = ulong.MaxValue };

    public ActionReport Run(HsmAction action, uint file) => Run(Request(action, file));

    public ActionReport Run(HsmRequest request)
    {
        Mover.Start(request);
        return WaitForEnd();
    }

    public ActionReport WaitForEnd()
    {
        Assert.True(_ended.Wait(Limit, TestContext.Current.CancellationToken), "no action ended");
        Assert.True(_reports.TryDequeue(out ActionReport? report));
        return report;
    }

    public IHsmAction Begin(in HsmRequest request)
    {
        Begins++;
        int errno = BeginErrno(request);
        if (errno != 0) throw new MoverException(errno, "the test wants it so");
        return new StagedAction(this, request, _files.Begin(request));
    }

    public void EndWithError(in HsmRequest request, int errno, bool mayRetry) => Ends.Enqueue((request.Cookie, errno, mayRetry));

    public string? FindPath(Fid fid) => $"dir/file {fid.ObjectId}";

    public void Dispose()
    {
        _mover?.Dispose();
        _ended.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private Mover Start()
    {
        IActionMover posix = Custom ?? new PosixMover(new ArchiveTree(ArchivePath, Layout, MustBeMounted, NullLogger.Instance), "agent 1", NullLogger.Instance, ArchiveTime);
        return new(this, posix, Options, NullLogger.Instance, TimeProvider.System)
        {
            Ended = report =>
            {
                _reports.Enqueue(report);
                _ended.Release();
            },
        };
    }

    private sealed class StagedAction(MoverStage stage, HsmRequest request, IHsmAction action) : IHsmAction
    {
        public int Progress(ulong offset, ulong length, ulong total) => stage.Progress(request);

        public SafeFileHandle OpenFile() => action.OpenFile();

        public void End(ulong length, int errno, bool mayRetry)
        {
            stage.Ends.Enqueue((request.Cookie, errno, mayRetry));
            action.End(length, errno, mayRetry);
        }

        public void Abandon()
        {
            stage.Abandoned++;
            action.Abandon();
        }
    }
}
