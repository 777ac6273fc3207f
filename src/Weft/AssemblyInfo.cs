using System.Runtime.CompilerServices;

// Kernels take kilobytes of stack for temporaries that they write before they read; zeroing them first would cost as much as the work.
[module: SkipLocalsInit]
