using System.Runtime.InteropServices;

namespace Weir.Lustre.Llapi;

/// <summary>
/// liblustreapi.so of the Lustre client installed on this machine, loaded when it is first wanted: Weir runs without it where nothing
/// registers with Lustre. Stays loaded.
/// </summary>
public sealed unsafe class LlapiLibrary
{
    private static readonly string[] Names = ["liblustreapi.so.1", "liblustreapi.so"];

    internal readonly delegate* unmanaged<nint*, byte*, int, int*, int, int> Register;
    internal readonly delegate* unmanaged<nint*, int> Unregister;
    internal readonly delegate* unmanaged<nint, int> GetDescriptor;
    internal readonly delegate* unmanaged<nint, byte**, int*, int> Receive;
    internal readonly delegate* unmanaged<nint*, nint, byte*, int, int, byte, int> Begin;
    internal readonly delegate* unmanaged<nint*, ulong*, int, int, int> End;
    internal readonly delegate* unmanaged<nint, ulong*, ulong, int, int> Progress;
    internal readonly delegate* unmanaged<nint, byte*, int> GetDataFid;
    internal readonly delegate* unmanaged<nint, int> GetActionDescriptor;
    internal readonly delegate* unmanaged<byte*, byte*, int> SearchFsName;

    /// <summary>Null where the library has none: paths are a comfort.</summary>
    internal readonly delegate* unmanaged<byte*, byte*, byte*, int, long*, int*, int> FidToPath;

    private LlapiLibrary(nint handle, string name)
    {
        Register = (delegate* unmanaged<nint*, byte*, int, int*, int, int>)Find(handle, name, "llapi_hsm_copytool_register");
        Unregister = (delegate* unmanaged<nint*, int>)Find(handle, name, "llapi_hsm_copytool_unregister");
        GetDescriptor = (delegate* unmanaged<nint, int>)Find(handle, name, "llapi_hsm_copytool_get_fd");
        Receive = (delegate* unmanaged<nint, byte**, int*, int>)Find(handle, name, "llapi_hsm_copytool_recv");
        Begin = (delegate* unmanaged<nint*, nint, byte*, int, int, byte, int>)Find(handle, name, "llapi_hsm_action_begin");
        End = (delegate* unmanaged<nint*, ulong*, int, int, int>)Find(handle, name, "llapi_hsm_action_end");
        Progress = (delegate* unmanaged<nint, ulong*, ulong, int, int>)Find(handle, name, "llapi_hsm_action_progress");
        GetDataFid = (delegate* unmanaged<nint, byte*, int>)Find(handle, name, "llapi_hsm_action_get_dfid");
        GetActionDescriptor = (delegate* unmanaged<nint, int>)Find(handle, name, "llapi_hsm_action_get_fd");
        SearchFsName = (delegate* unmanaged<byte*, byte*, int>)Find(handle, name, "llapi_search_fsname");
        FidToPath = NativeLibrary.TryGetExport(handle, "llapi_fid2path", out nint address) ? (delegate* unmanaged<byte*, byte*, byte*, int, long*, int*, int>)address : null;
    }

    /// <summary>Loads the library.</summary>
    /// <param name="path">The library's path; null: the one the system's loader finds.</param>
    /// <exception cref="LlapiException">There is none, or it is not a liblustreapi with HSM calls (Lustre 2.12 or newer has them).</exception>
    public static LlapiLibrary Load(string? path = null)
    {
        foreach (string name in path is null ? Names : [path])
        {
            if (NativeLibrary.TryLoad(name, out nint handle)) return new(handle, name);
        }

        throw new LlapiException(path is null
            ? $"Neither {string.Join(" nor ", Names)} can be loaded. Registering with Lustre needs the Lustre client's packages (lustre-client) on this machine; without them, requests can come by 'queue' only."
            : $"'{path}' cannot be loaded as liblustreapi.");
    }

    private static nint Find(nint handle, string name, string function) => NativeLibrary.TryGetExport(handle, function, out nint address)
        ? address
        : throw new LlapiException($"{name} has no {function}: it is not the liblustreapi of a Lustre client of 2.12 or newer.");
}
